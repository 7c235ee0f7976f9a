using System.Net;
using System.Text;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
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
    [InlineData("PROTO=LMTP", "helo= ", "client=203.0.113.9 id")]
    [InlineData("LOGIN=user+40example", "helo= ", "client=203.0.113.9 id")]
    [InlineData("LOGIN=j+C3+B6rg+20doe", "helo= ", "client=203.0.113.9 id")]
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
    [InlineData("LOGIN=a+FF", BadValue)]
    [InlineData("PROTO=", BadValue)]
    [InlineData("PROTO=UUCP", BadValue)]
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

    [Fact]
    public void A_client_that_was_refused_may_come_again_in_another_name()
    {
        var filter = new ScriptedFilter();
        var dialog = Start(filter);
        filter.At(Stage.Connect, new SmartSink.Smtp.Replies.FixedReply(554, new(5, 7, 1), "Not you"u8));
        dialog.Say("XCLIENT ADDR=192.0.2.1|").ShouldBe("554 5.7.1 Not you|");
        filter.At(Stage.Connect, null);
        dialog.Say("XCLIENT ADDR=192.0.2.2|").ShouldBe(Greeting);
        dialog.Say("HELO c|").ShouldBe("250 mx.sink.test|");
    }

    // The lines are short, so that one says a part and the next one the rest.
    [Theory]
    [InlineData("ADDR=192.0.2.1|DESTADDR=198.51.100.25", "helo= ", "client=192.0.2.1 to=198.51.100.25 id")]
    [InlineData("HELO=a|ADDR=192.0.2.1", "helo=a ", "client=192.0.2.1 id")]
    [InlineData("HELO=a|HELO=[UNAVAILABLE]", "helo= ", "client=203.0.113.9 id")]
    [InlineData("ADDR=192.0.2.1|ADDR=192.0.2.2", "helo= ", "client=192.0.2.2 id")]
    [InlineData("ADDR=192.0.2.1|ADDR=[UNAVAILABLE]", "helo= ", "client=203.0.113.9 id")]
    [InlineData("DESTADDR=192.0.2.1|DESTADDR=[UNAVAILABLE]", "helo= ", "client=203.0.113.9 id")]
    public void What_was_said_holds_until_something_else_is(string attributes, string helo, string client)
    {
        var filter = new ScriptedFilter();
        var dialog = Start(filter);
        var lines = attributes.Split('|');
        dialog.Say(string.Concat(lines.Select(line => $"XCLIENT {line}|")));
        filter.Asked[^1].ShouldStartWith("Connect " + helo);
        filter.Asked[^1].ShouldContain(client);
        dialog.Observer.Events.ShouldBe(lines.Select(line => $"introduced by 203.0.113.9: {line}"));
    }

    [Fact]
    public void The_name_of_a_dialog_that_is_over_is_forgotten()
    {
        var filter = new ScriptedFilter();
        Start(filter).Say("XCLIENT HELO=a|EHLO b|XCLIENT ADDR=192.0.2.1|");
        filter.Asked[^1].ShouldStartWith("Connect helo= ");
    }

    [Theory]
    [InlineData("XCLIENT LOGIN=ann|EHLO c|", "ann")]
    [InlineData("XCLIENT LOGIN=j+C3+B6rg|EHLO c|", "jörg")]
    [InlineData("XCLIENT LOGIN=ann|XCLIENT ADDR=192.0.2.1|EHLO c|", "ann")]
    [InlineData("XCLIENT LOGIN=ann|EHLO c|STARTTLS|", "ann")]
    [InlineData("XCLIENT LOGIN=ann|XCLIENT LOGIN=bob|EHLO c|", "bob")]
    [InlineData("EHLO c|AUTH PLAIN AGJvYgBzZWNyZXQ=|", "bob")]
    [InlineData("XCLIENT LOGIN=ann|XCLIENT LOGIN=[UNAVAILABLE]|EHLO c|", null)]
    [InlineData("XCLIENT ADDR=192.0.2.1|EHLO c|", null)]
    [InlineData("EHLO c|AUTH PLAIN AGJvYgBzZWNyZXQ=|XCLIENT ADDR=192.0.2.1|EHLO c|", null)]
    public void A_login_is_an_authentication(string said, string? user)
    {
        var dialog = new Dialog(options: new()
        {
            Hostname = "mx.sink.test",
            OfferStartTls = true,
            Extensions = SmtpExtensions.Default | SmtpExtensions.Xclient,
            Auth = new() { Mode = AuthMode.Required, AllowCleartext = true },
        });
        dialog.Start();
        dialog.Say(said);
        if (dialog.Action == SessionAction.StartTls)
        {
            dialog.TlsEstablished();
            dialog.Say("EHLO c|");
        }

        Encoding.UTF8.GetString(dialog.Session.User).ShouldBe(user ?? string.Empty);
        dialog.Say("MAIL FROM:<a@b.example>|").ShouldStartWith(user is null ? "530 5.7.0 " : "250 2.1.0 ");
        dialog.Say("RSET|AUTH PLAIN AGJvYgBzZWNyZXQ=|").ShouldEndWith(user is null ? "235 2.7.0 Authenticated|" : "503 5.5.1 Authenticated already|");
    }

    private static Dialog Start(IMailboxFilter filter)
    {
        var dialog = new Dialog(filter, Options, IPAddress.Parse("203.0.113.9"));
        dialog.Start();
        return dialog;
    }
}
