using System.Net;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

public sealed class XclientTests
{
    private const string Greeting = "220 mx.sink.test ESMTP SmartSink, all mail is discarded|";
    private const string Syntax = "501 5.5.4 Syntax: XCLIENT attribute=value ...|";
    private const string BadValue = "501 5.5.4 Bad value of an attribute|";
    private const string Unknown = "501 5.5.4 Unknown attribute|";

    private static readonly SmtpSessionOptions Options = new()
    {
        Hostname = "mx.sink.test",
        MaxErrors = 0,
        Extensions = SmtpExtensions.Default | SmtpExtensions.Xclient,
    };

    [Theory]
    [InlineData("ADDR=192.0.2.1", "helo= ", "client=192.0.2.1 id")]
    [InlineData("addr=192.0.2.1", "helo= ", "client=192.0.2.1 id")]
    [InlineData("ADDR=010.002.000.1", "helo= ", "client=10.2.0.1 id")]
    [InlineData("ADDR=IPV6:2001:db8::1", "helo= ", "client=2001:db8::1 id")]
    [InlineData("ADDR=ipv6:::1", "helo= ", "client=::1 id")]
    [InlineData("ADDR=IPV6:::ffff:192.0.2.1", "helo= ", "client=192.0.2.1 id")]
    [InlineData("ADDR=[UNAVAILABLE]", "helo= ", "client=203.0.113.9 id")]
    [InlineData("ADDR=[TEMPUNAVAIL]", "helo= ", "client=203.0.113.9 id")]
    [InlineData("ADDR=192.0.2.1 ADDR=192.0.2.2", "helo= ", "client=192.0.2.2 id")]
    [InlineData("ADDR=+31+39+32.0.2.1", "helo= ", "client=192.0.2.1 id")]
    [InlineData("PORT=0", "helo= ", "client=203.0.113.9 id")]
    [InlineData("PORT=65535 DESTPORT=25", "helo= ", "client=203.0.113.9 id")]
    [InlineData("PORT=[UNAVAILABLE] DESTPORT=[unavailable]", "helo= ", "client=203.0.113.9 id")]
    [InlineData("NAME=client.example", "helo= ", "client=203.0.113.9 id")]
    [InlineData("NAME=[UNAVAILABLE]", "helo= ", "client=203.0.113.9 id")]
    [InlineData("NAME=[TEMPUNAVAIL]", "helo= ", "client=203.0.113.9 id")]
    [InlineData("HELO=client.example", "helo=client.example ", "client=203.0.113.9 id")]
    [InlineData("HELO=[IPv6:2001:db8::1]", "helo=[IPv6:2001:db8::1] ", "client=203.0.113.9 id")]
    [InlineData("HELO=a+2Bb", "helo=a+b ", "client=203.0.113.9 id")]
    [InlineData("HELO=[UNAVAILABLE]", "helo= ", "client=203.0.113.9 id")]
    [InlineData("HELO=a HELO=[UNAVAILABLE]", "helo= ", "client=203.0.113.9 id")]
    [InlineData("PROTO=SMTP", "helo= ", "client=203.0.113.9 id")]
    [InlineData("PROTO=esmtp", "helo= ", "client=203.0.113.9 id")]
    [InlineData("LOGIN=user+40example", "helo= ", "client=203.0.113.9 id")]
    [InlineData("LOGIN=[UNAVAILABLE]", "helo= ", "client=203.0.113.9 id")]
    [InlineData("DESTADDR=198.51.100.25 DESTPORT=25", "helo= ", "client=203.0.113.9 to=198.51.100.25 id")]
    [InlineData("DESTADDR=IPV6:2001:db8::25", "helo= ", "client=203.0.113.9 to=2001:db8::25 id")]
    [InlineData("DESTADDR=192.0.2.1 DESTADDR=[UNAVAILABLE]", "helo= ", "client=203.0.113.9 id")]
    [InlineData("NAME=c.example ADDR=192.0.2.1 PORT=49152 PROTO=ESMTP HELO=h.example LOGIN=u DESTADDR=198.51.100.25 DESTPORT=25", "helo=h.example ", "client=192.0.2.1 to=198.51.100.25 id")]
    public void Good_attributes_name_the_client(string attributes, string helo, string client)
    {
        var filter = new ScriptedFilter();
        var dialog = Start(filter);
        filter.Asked.Clear();

        dialog.Say($"XCLIENT {attributes}|").ShouldBe(Greeting);

        var asked = filter.Asked.ShouldHaveSingleItem();
        asked.ShouldStartWith("Connect " + helo);
        asked.ShouldContain(client);
        dialog.Observer.Events.ShouldBe([$"introduced by 203.0.113.9: {attributes}"]);
    }

    [Theory]
    [InlineData("", Syntax)]
    [InlineData("ADDR", BadValue)]
    [InlineData("ADDR=", BadValue)]
    [InlineData("=", Unknown)]
    [InlineData("=192.0.2.1", Unknown)]
    [InlineData("ADDRESS=192.0.2.1", Unknown)]
    [InlineData("FOO=bar", Unknown)]
    [InlineData("SOURCE=REMOTE", Unknown)]
    [InlineData("ADDR=192.0.2.1 FOO=bar", Unknown)]
    [InlineData("ADDR = 192.0.2.1", BadValue)]
    [InlineData("ADDR=192.0.2", BadValue)]
    [InlineData("ADDR=192.0.2.1.", BadValue)]
    [InlineData("ADDR=.192.0.2.1", BadValue)]
    [InlineData("ADDR=192.0.2.1.2", BadValue)]
    [InlineData("ADDR=192.0.2.256", BadValue)]
    [InlineData("ADDR=192.0.2.-1", BadValue)]
    [InlineData("ADDR=192.0.2.0x1", BadValue)]
    [InlineData("ADDR=192.0.2.0001", BadValue)]
    [InlineData("ADDR=3221225985", BadValue)]
    [InlineData("ADDR=2001:db8::1", BadValue)]
    [InlineData("ADDR=::1", BadValue)]
    [InlineData("ADDR=IPV6:", BadValue)]
    [InlineData("ADDR=IPV6:192.0.2.1", BadValue)]
    [InlineData("ADDR=IPV6:2001:db8:::1", BadValue)]
    [InlineData("ADDR=IPV6:[::1]", BadValue)]
    [InlineData("ADDR=IPV6:fe80::1%1", BadValue)]
    [InlineData("ADDR=IPV6:1:2:3:4:5:6:7:8:9", BadValue)]
    [InlineData("ADDR=IPV4:192.0.2.1", BadValue)]
    [InlineData("ADDR=[192.0.2.1]", BadValue)]
    [InlineData("ADDR=[UNAVAILABLE", BadValue)]
    [InlineData("ADDR=UNAVAILABLE", BadValue)]
    [InlineData("ADDR=client.example", BadValue)]
    [InlineData("DESTADDR=client.example", BadValue)]
    [InlineData("DESTADDR=", BadValue)]
    [InlineData("PORT=", BadValue)]
    [InlineData("PORT=65536", BadValue)]
    [InlineData("PORT=-1", BadValue)]
    [InlineData("PORT=+2B1", BadValue)]
    [InlineData("PORT=99999999999999999999", BadValue)]
    [InlineData("PORT=smtp", BadValue)]
    [InlineData("PORT=2 5", Unknown)]
    [InlineData("DESTPORT=65536", BadValue)]
    [InlineData("NAME=", BadValue)]
    [InlineData("NAME=a+20b", BadValue)]
    [InlineData("NAME=a+0Db", BadValue)]
    [InlineData("NAME=ü.example", BadValue)]
    [InlineData("NAME=a=b", BadValue)]
    [InlineData("HELO=", BadValue)]
    [InlineData("HELO=a+00b", BadValue)]
    [InlineData("HELO=a+FFb", BadValue)]
    [InlineData("HELO=a+", BadValue)]
    [InlineData("HELO=a+2", BadValue)]
    [InlineData("HELO=a+2b", BadValue)]
    [InlineData("HELO=a+ZZ", BadValue)]
    [InlineData("LOGIN=", BadValue)]
    [InlineData("LOGIN=a+0A", BadValue)]
    [InlineData("PROTO=", BadValue)]
    [InlineData("PROTO=LMTP", BadValue)]
    [InlineData("PROTO=[UNAVAILABLE]", BadValue)]
    public void Bad_attributes_change_nothing(string attributes, string reply)
    {
        var filter = new ScriptedFilter();
        var dialog = Start(filter);
        dialog.Say("EHLO c|");

        dialog.Say($"XCLIENT {attributes}|").ShouldBe(reply);

        dialog.Observer.Events.ShouldBeEmpty();
        dialog.Say("MAIL FROM:<a@b.example>|").ShouldStartWith("250 ");
        filter.Asked[^1].ShouldContain("helo=c ");
        filter.Asked[^1].ShouldContain("client=203.0.113.9 id");
    }

    [Theory]
    [InlineData(255, Greeting)]
    [InlineData(256, BadValue)]
    public void A_value_has_at_most_255_octets(int length, string reply) =>
        Start(new ScriptedFilter()).Say($"XCLIENT HELO={new string('a', length)}|").ShouldBe(reply);

    [Fact]
    public void The_dialog_starts_anew()
    {
        var dialog = Start(new ScriptedFilter());
        dialog.Say("EHLO c|XCLIENT ADDR=192.0.2.1|MAIL FROM:<a@b.example>|EHLO d|MAIL FROM:<a@b.example>|XCLIENT ADDR=192.0.2.2|RSET|XCLIENT ADDR=192.0.2.2|")
            .Split('|').Where(line => line.Length > 3 && line[3] == ' ').Select(line => line[..3])
            .ShouldBe(["250", "220", "503", "250", "250", "503", "250", "220"]);
    }

    [Fact]
    public void A_client_that_is_refused_in_its_new_name_is_told_so()
    {
        var filter = new ScriptedFilter();
        var dialog = Start(filter);
        filter.At(Stage.Connect, new SmartSink.Smtp.Replies.FixedReply(554, new(5, 7, 1), "Not you"u8));

        dialog.Say("XCLIENT ADDR=192.0.2.1|EHLO c|QUIT|").ShouldBe("554 5.7.1 Not you|503 Service was refused, only QUIT is left|221 2.0.0 Bye|");
    }

    private static Dialog Start(IMailboxFilter filter)
    {
        var dialog = new Dialog(filter, Options, IPAddress.Parse("203.0.113.9"));
        dialog.Start();
        return dialog;
    }
}
