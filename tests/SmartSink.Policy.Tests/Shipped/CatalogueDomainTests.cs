using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Shipped;

public sealed class CatalogueDomainTests
{
    [Theory]
    [InlineData("att.toml", "att.net", "sbcglobal.net", "bellsouth.net", "prodigy.net", "pacbell.net", "ameritech.net", "swbell.net")]
    [InlineData("barracuda.toml", "*.ess.barracudanetworks.com", "ess.barracudanetworks.com")]
    [InlineData("cisco.toml", "*.iphmx.com", "iphmx.com")]
    [InlineData("cloudflare.toml", "*.mx.cloudflare.net", "mx.cloudflare.net")]
    [InlineData("comcast.toml", "comcast.net")]
    [InlineData("cox.toml", "cox.net")]
    [InlineData("daum.toml", "hanmail.net", "daum.net")]
    [InlineData("docomo.toml", "docomo.ne.jp")]
    [InlineData("earthlink.toml", "earthlink.net", "mindspring.com")]
    [InlineData("exchange-online.toml", "*.mail.protection.outlook.com", "*.onmicrosoft.com")]
    [InlineData("free.toml", "free.fr", "aliceadsl.fr", "freesbee.fr")]
    [InlineData("gmail.toml", "gmail.com", "googlemail.com")]
    [InlineData("gmx.toml", "gmx.de", "gmx.net", "gmx.com", "gmx.at", "gmx.ch", "gmx.fr", "gmx.us", "gmx.eu", "gmx.li", "mail.com")]
    [InlineData("godaddy.toml", "secureserver.net", "*.secureserver.net")]
    [InlineData("i-ua.toml", "i.ua", "email.ua", "ua.fm")]
    [InlineData("icloud.toml", "icloud.com", "me.com", "mac.com", "privaterelay.appleid.com")]
    [InlineData("iinet.toml", "iinet.net.au", "westnet.com.au", "ozemail.com.au", "adam.com.au", "netspace.net.au", "ihug.com.au")]
    [InlineData("ionos.toml", "kundenserver.de", "*.kundenserver.de", "online.de")]
    [InlineData("kddi.toml", "au.com", "ezweb.ne.jp")]
    [InlineData("laposte.toml", "laposte.net")]
    [InlineData("libero.toml", "libero.it", "virgilio.it", "inwind.it", "iol.it", "blu.it")]
    [InlineData("mail-ru.toml", "mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru")]
    [InlineData("mimecast.toml", "*.mimecast.com", "mimecast.com")]
    [InlineData("naver.toml", "naver.com")]
    [InlineData("netease.toml", "163.com", "126.com", "yeah.net", "188.com", "vip.163.com", "vip.126.com", "vip.188.com")]
    [InlineData("nic-ru.toml", "*.nicmail.ru", "nicmail.ru")]
    [InlineData("o2-pl.toml", "o2.pl", "wp.pl", "tlen.pl", "go2.pl")]
    [InlineData("orange.toml", "orange.fr", "wanadoo.fr")]
    [InlineData("outlook.toml", "outlook.com", "hotmail.com", "live.com", "msn.com", "windowslive.com", "passport.com",
        "hotmail.at hotmail.be hotmail.ca hotmail.ch hotmail.cl hotmail.co.id hotmail.co.il hotmail.co.in hotmail.co.jp hotmail.co.kr",
        "hotmail.co.nz hotmail.co.th hotmail.co.uk hotmail.co.za hotmail.com.ar hotmail.com.au hotmail.com.br hotmail.com.hk",
        "hotmail.com.tr hotmail.com.tw hotmail.com.vn hotmail.cz hotmail.de hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.gr",
        "hotmail.hu hotmail.ie hotmail.it hotmail.jp hotmail.kr hotmail.lt hotmail.lv hotmail.my hotmail.nl hotmail.no hotmail.ph",
        "hotmail.pt hotmail.rs hotmail.sa hotmail.se hotmail.sg hotmail.sk live.at live.be live.ca live.cl live.cn live.co.kr",
        "live.co.uk live.co.za live.com.ar live.com.au live.com.mx live.com.my live.com.ph live.com.pt live.com.sg live.de live.dk",
        "live.fi live.fr live.hk live.ie live.in live.it live.jp live.nl live.no live.ru live.se livemail.tw outlook.at outlook.be",
        "outlook.cl outlook.co.id outlook.co.il outlook.co.nz outlook.co.th outlook.com.ar outlook.com.au outlook.com.br",
        "outlook.com.gr outlook.com.tr outlook.com.vn outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.hu outlook.ie",
        "outlook.in outlook.it outlook.jp outlook.kr outlook.lv outlook.my outlook.ph outlook.pt outlook.sa outlook.sg outlook.sk")]
    [InlineData("proofpoint.toml", "*.pphosted.com", "pphosted.com")]
    [InlineData("proton.toml", "proton.me", "protonmail.com", "pm.me")]
    [InlineData("qq.toml", "qq.com", "foxmail.com", "vip.qq.com")]
    [InlineData("rackspace.toml", "emailsrvr.com", "*.emailsrvr.com")]
    [InlineData("rambler.toml", "rambler.ru", "lenta.ru", "autorambler.ru", "myrambler.ru", "ro.ru")]
    [InlineData("sfr.toml", "sfr.fr", "neuf.fr", "club-internet.fr", "cegetel.net", "numericable.fr", "noos.fr", "9online.fr", "9business.fr")]
    [InlineData("sina.toml", "sina.com", "sina.cn")]
    [InlineData("softbank.toml", "softbank.ne.jp", "i.softbank.jp")]
    [InlineData("spectrum.toml", "charter.net", "spectrum.net", "rr.com", "twc.com", "brighthouse.com")]
    [InlineData("symantec-cloud.toml", "*.messagelabs.com", "messagelabs.com")]
    [InlineData("t-online.toml", "t-online.de", "magenta.de")]
    [InlineData("titan.toml", "titan.email", "*.titan.email")]
    [InlineData("trendmicro.toml", "*.tmes.trendmicro.com", "tmes.trendmicro.com")]
    [InlineData("ukr-net.toml", "ukr.net")]
    [InlineData("virgin-media.toml", "virginmedia.com", "blueyonder.co.uk", "ntlworld.com", "virgin.net")]
    [InlineData("web-de.toml", "web.de")]
    [InlineData("yahoo.toml", "yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "aim.com", "verizon.net", "myyahoo.com", "y7mail.com",
        "yahoo.at yahoo.be yahoo.bg yahoo.ca yahoo.cl yahoo.co.id yahoo.co.il yahoo.co.in yahoo.co.kr yahoo.co.nz yahoo.co.th",
        "yahoo.co.uk yahoo.co.za yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.co yahoo.com.hk yahoo.com.hr yahoo.com.mx",
        "yahoo.com.my yahoo.com.pe yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.ua yahoo.com.ve yahoo.com.vn yahoo.cz",
        "yahoo.de yahoo.dk yahoo.ee yahoo.es yahoo.fi yahoo.fr yahoo.gr yahoo.hr yahoo.hu yahoo.ie yahoo.in yahoo.it yahoo.lt yahoo.lv",
        "yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro yahoo.rs yahoo.se yahoo.si yahoo.sk")]
    [InlineData("yahoo-japan.toml", "yahoo.co.jp")]
    [InlineData("yandex.toml", "yandex.ru", "yandex.com", "ya.ru", "yandex.ua", "yandex.by", "yandex.kz", "yandex.com.tr")]
    [InlineData("zerospam.toml", "zerospam.ca", "*.zerospam.ca")]
    [InlineData("zoho.toml", "zoho.com", "zohomail.com", "zoho.eu")]
    public void A_provider_answers_under_all_its_names(string file, string main, params string[] sisters)
    {
        string[] domains = [main, .. sisters.SelectMany(names => names.Split(' '))];
        Catalogue.ReadDomains(file).Keys.ShouldBe(domains, ignoreOrder: true);
        Catalogue.Replies.ShouldContain(reply => reply.Entry == main);

        foreach (var domain in domains.Select(name => name.Replace("*", "a-tenant", StringComparison.Ordinal)))
        {
            ShippedPolicy.ShouldAnswerAs(main, domain);
        }
    }

    [Theory]
    [InlineData("hotmail.ru")]
    [InlineData("live.org")]
    [InlineData("outlook.org")]
    [InlineData("yahoo.ne.jp")]
    [InlineData("nobody-collected-this.example")]
    [InlineData("mail.gmail.com")]
    [InlineData("[192.0.2.1]")]
    public void Any_other_domain_answers_as_small_sites_do(string domain) => ShippedPolicy.ShouldAnswerAs("*", domain);

    [Fact]
    public void No_name_is_claimed_by_two_providers() =>
        Catalogue.Files.SelectMany(file => Catalogue.ReadDomains(file).Keys).ShouldBeUnique();

    [Fact]
    public void Replies_are_written_once_and_shared_by_like()
    {
        foreach (var file in Catalogue.Files.Where(file => file != Catalogue.Generic))
        {
            var domains = Catalogue.ReadDomains(file);
            var main = domains.Where(domain => domain.Value is null).ShouldHaveSingleItem().Key;
            domains.Where(domain => domain.Key != main).ShouldAllBe(domain => domain.Value == main);
            Catalogue.Replies.Where(reply => reply.File == file).ShouldAllBe(reply => reply.Entry == main);
        }
    }
}
