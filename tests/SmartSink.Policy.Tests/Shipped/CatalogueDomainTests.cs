namespace SmartSink.Policy.Tests.Shipped;

public sealed class CatalogueDomainTests
{
    [Theory]
    [InlineData("att.toml", "att.net", "sbcglobal.net", "bellsouth.net", "prodigy.net", "pacbell.net", "ameritech.net", "swbell.net")]
    [InlineData("barracuda.toml", "*.ess.barracudanetworks.com", "ess.barracudanetworks.com")]
    [InlineData("cisco.toml", "*.iphmx.com", "iphmx.com")]
    [InlineData("comcast.toml", "comcast.net")]
    [InlineData("cox.toml", "cox.net")]
    [InlineData("daum.toml", "hanmail.net", "daum.net")]
    [InlineData("docomo.toml", "docomo.ne.jp")]
    [InlineData("exchange-online.toml", "*.mail.protection.outlook.com", "*.onmicrosoft.com")]
    [InlineData("free.toml", "free.fr", "aliceadsl.fr", "freesbee.fr")]
    [InlineData("gmail.toml", "gmail.com", "googlemail.com")]
    [InlineData("gmx.toml", "gmx.de", "gmx.net", "gmx.com", "gmx.at", "gmx.ch", "mail.com")]
    [InlineData("godaddy.toml", "secureserver.net", "*.secureserver.net")]
    [InlineData("i-ua.toml", "i.ua", "email.ua", "ua.fm")]
    [InlineData("icloud.toml", "icloud.com", "me.com", "mac.com")]
    [InlineData("kddi.toml", "au.com", "ezweb.ne.jp")]
    [InlineData("laposte.toml", "laposte.net")]
    [InlineData("mail-ru.toml", "mail.ru", "inbox.ru", "list.ru", "bk.ru")]
    [InlineData("mimecast.toml", "*.mimecast.com", "mimecast.com")]
    [InlineData("naver.toml", "naver.com")]
    [InlineData("netease.toml", "163.com", "126.com", "yeah.net")]
    [InlineData("nic-ru.toml", "*.nicmail.ru", "nicmail.ru")]
    [InlineData("orange.toml", "orange.fr", "wanadoo.fr")]
    [InlineData("outlook.toml", "outlook.com", "hotmail.com", "live.com", "msn.com", "hotmail.co.uk", "hotmail.fr")]
    [InlineData("proofpoint.toml", "*.pphosted.com", "pphosted.com")]
    [InlineData("proton.toml", "proton.me", "protonmail.com")]
    [InlineData("qq.toml", "qq.com", "foxmail.com", "vip.qq.com")]
    [InlineData("rackspace.toml", "emailsrvr.com", "*.emailsrvr.com")]
    [InlineData("rambler.toml", "rambler.ru")]
    [InlineData("sfr.toml", "sfr.fr", "neuf.fr", "club-internet.fr", "cegetel.net", "numericable.fr", "noos.fr")]
    [InlineData("sina.toml", "sina.com", "sina.cn")]
    [InlineData("spectrum.toml", "charter.net", "spectrum.net", "rr.com", "twc.com", "brighthouse.com")]
    [InlineData("symantec-cloud.toml", "*.messagelabs.com", "messagelabs.com")]
    [InlineData("t-online.toml", "t-online.de", "magenta.de")]
    [InlineData("titan.toml", "titan.email", "*.titan.email")]
    [InlineData("trendmicro.toml", "*.tmes.trendmicro.com", "tmes.trendmicro.com")]
    [InlineData("web-de.toml", "web.de")]
    [InlineData("yahoo.toml", "yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "yahoo.ca")]
    [InlineData("yahoo-japan.toml", "yahoo.co.jp")]
    [InlineData("yandex.toml", "yandex.ru", "yandex.com", "ya.ru")]
    [InlineData("zerospam.toml", "zerospam.ca", "*.zerospam.ca")]
    [InlineData("zoho.toml", "zoho.com", "zohomail.com")]
    public void A_provider_answers_under_all_its_names(string file, string main, params string[] sisters)
    {
        Catalogue.ReadDomains(file).Keys.ShouldBe([main, .. sisters], ignoreOrder: true);
        Catalogue.Replies.ShouldContain(reply => reply.Entry == main);

        foreach (var domain in sisters.Prepend(main).Select(name => name.Replace("*", "a-tenant", StringComparison.Ordinal)))
        {
            ShippedPolicy.ShouldAnswerAs(main, domain);
        }
    }

    [Theory]
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
        foreach (var file in Catalogue.Files.Where(file => file != "generic.toml"))
        {
            var domains = Catalogue.ReadDomains(file);
            var main = domains.Where(domain => domain.Value is null).ShouldHaveSingleItem().Key;
            domains.Where(domain => domain.Key != main).ShouldAllBe(domain => domain.Value == main);
            Catalogue.Replies.Where(reply => reply.File == file).ShouldAllBe(reply => reply.Entry == main);
        }
    }
}
