using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>What an observer that grades senders hears of how they speak.</summary>
public sealed class MannersTests
{
    private const string Hello = "EHLO mx.a.example|";
    private const string Mail = "MAIL FROM:<a@b.example> SIZE=1000|";
    private const string Envelope = Mail + "RCPT TO:<c@d.example>|";

    private static readonly string Long = new('x', 999);

    /// <summary>What is said in one go after what was said before in pieces that end with a line's end, and the faults.</summary>
    public static TheoryData<string, string, ProtocolFaults> Faults() => new()
    {
        { Hello, Mail, ProtocolFaults.None },
        { Hello, Envelope + "DATA|", ProtocolFaults.None },
        { Hello + Envelope + "DATA|", "Subject: x||x|.|", ProtocolFaults.None },
        { Hello + Envelope + "DATA|", "x|.|" + Envelope, ProtocolFaults.None },
        { Hello + Envelope, "BDAT 3|xyzBDAT 0 LAST|" + Mail, ProtocolFaults.None },
        { Hello, Mail + "RSET|" + Mail, ProtocolFaults.None },
        { Hello, Mail + "QUIT|x|", ProtocolFaults.None },
        { Hello, "QUIT|", ProtocolFaults.None },

        { "", Hello + Mail, ProtocolFaults.UnofferedPipelining },
        { "HELO mx.a.example|", "MAIL FROM:<a@b.example>|RCPT TO:<c@d.example>|", ProtocolFaults.UnofferedPipelining },
        { "HELO mx.a.example|MAIL FROM:<a@b.example>|RCPT TO:<c@d.example>|DATA|", "x|.|RSET|", ProtocolFaults.UnofferedPipelining },
        { "HELO mx.a.example|", "MAIL FROM:<a@b.example>|", ProtocolFaults.None },
        { Hello, "NOOP|RSET|", ProtocolFaults.UnofferedPipelining },
        { Hello, "VRFY a|RS", ProtocolFaults.UnofferedPipelining },
        { Hello, "STARTTLS|RSET|", ProtocolFaults.UnofferedPipelining },
        { Hello + Envelope, "DATA|x|.|", ProtocolFaults.EarlyData },
        { Hello, "DATA|x", ProtocolFaults.UnofferedPipelining | ProtocolFaults.BadSequence },

        { Hello, "NOOP\n|", ProtocolFaults.BareLineEnd },
        { Hello, "NOOP\rX|", ProtocolFaults.BareLineEnd },
        { Hello + Envelope + "DATA|", "a\nb|.|", ProtocolFaults.BareLineEnd },
        { Hello + Envelope + "DATA|", "a\rb|.|", ProtocolFaults.BareLineEnd },
        { Hello + Envelope + "DATA|", "a\r|b|.|", ProtocolFaults.BareLineEnd },
        { Hello + "MAIL FROM:<a@b.example> SIZE=9 BODY=BINARYMIME|RCPT TO:<c@d.example>|", "BDAT 4 LAST|a\n\u00e9", ProtocolFaults.None },
        { Hello + Envelope, "BDAT 4 LAST|ab\r\r", ProtocolFaults.BareLineEnd },
        { Hello + Envelope, "BDAT 4 LAST|abc\r", ProtocolFaults.None },
        { Hello + Envelope + "DATA|", Long[1..] + "|" + Long[1..] + "|.|", ProtocolFaults.SizeUnderstated },
        { Hello + "MAIL FROM:<a@b.example> SIZE=9999|RCPT TO:<c@d.example>|DATA|", Long[1..] + "|" + Long[1..] + "|.|", ProtocolFaults.None },
        { Hello + "MAIL FROM:<a@b.example> SIZE=9999|RCPT TO:<c@d.example>|DATA|", "x|" + Long + "|x|.|", ProtocolFaults.LongLine },
        { Hello + "MAIL FROM:<a@b.example> SIZE=9999|RCPT TO:<c@d.example>|", $"BDAT {Long.Length} LAST|{Long}", ProtocolFaults.LongLine },
        { Hello + "MAIL FROM:<a@b.example> SIZE=9999|RCPT TO:<c@d.example>|", $"BDAT {Long.Length - 1} LAST|{Long[1..]}", ProtocolFaults.None },
        { Hello + "MAIL FROM:<a@b.example> SIZE=9999|RCPT TO:<c@d.example>|DATA|", "\n|.|", ProtocolFaults.BareLineEnd },
        { Hello + "MAIL FROM:<a@b.example> SIZE=9999|RCPT TO:<c@d.example>|DATA|", "|" + Long[100..] + "\r|.|", ProtocolFaults.BareLineEnd },
        { Hello, "NOOP " + Long + "|", ProtocolFaults.LongLine },

        { Hello, "BOO|", ProtocolFaults.UnknownCommand },
        { Hello, "HELP|", ProtocolFaults.None },
        { Hello, "EXPN a|", ProtocolFaults.None },
        { Hello, "MAIL FROM:<a@@b>|", ProtocolFaults.BadSyntax },
        { Hello, "MAIL FROM:<a@b.example> X=Y|", ProtocolFaults.BadSyntax },
        { Hello, "RSET x|", ProtocolFaults.BadSyntax },
        { "", "EHLO|", ProtocolFaults.BadSyntax },
        { "", "EHLO a\tb|", ProtocolFaults.BadSyntax },
        { "", "MAIL FROM:<a@b.example>|", ProtocolFaults.BadSequence },
        { Hello, "RCPT TO:<c@d.example>|", ProtocolFaults.BadSequence },
        { Hello + Mail, "DATA|", ProtocolFaults.BadSequence },
        { Hello + Mail, Mail, ProtocolFaults.BadSequence },
        { Hello + Mail + "RCPT TO:<c@no.example>|", "DATA|", ProtocolFaults.None },
        { Hello, "MAIL FROM:<no@b.example> SIZE=5|RCPT TO:<c@d.example>|DATA|", ProtocolFaults.None },

        { Hello + "MAIL FROM:<a@b.example> SIZE=3|RCPT TO:<c@d.example>|DATA|", "x|.|", ProtocolFaults.None },
        { Hello + "MAIL FROM:<a@b.example> SIZE=3|RCPT TO:<c@d.example>|DATA|", "..|.|", ProtocolFaults.None },
        { Hello + "MAIL FROM:<a@b.example> SIZE=3|RCPT TO:<c@d.example>|DATA|", "xx|.|", ProtocolFaults.SizeUnderstated },
        { Hello + "MAIL FROM:<a@b.example> SIZE=3|RCPT TO:<c@d.example>|", "BDAT 4 LAST|xx\r\n", ProtocolFaults.SizeUnderstated },
        { Hello, "MAIL FROM:<a@b.example>|", ProtocolFaults.SizeUnsaid },
        { Hello, "MAIL FROM:<>|", ProtocolFaults.SizeUnsaid },

        { Hello + Envelope + "DATA|", "\u00e9|.|", ProtocolFaults.EightBitUnannounced },
        { Hello + "MAIL FROM:<a@b.example> SIZE=9 BODY=8BITMIME|RCPT TO:<c@d.example>|DATA|", "\u00e9|.|", ProtocolFaults.None },
        { Hello + "MAIL FROM:<a@b.example> SIZE=9 SMTPUTF8|RCPT TO:<c@d.example>|DATA|", "\u00e9|.|", ProtocolFaults.None },
        { Hello + "MAIL FROM:<a@b.example> SIZE=9 BODY=7BIT|RCPT TO:<c@d.example>|DATA|", "\u00e9|.|", ProtocolFaults.EightBitUnannounced },

        { "", "EHLO localhost|", ProtocolFaults.HeloNoName },
        { "", "EHLO 192.0.2.1|", ProtocolFaults.HeloNoName },
        { "", "EHLO a..b|", ProtocolFaults.HeloNoName },
        { "", "EHLO [a]|", ProtocolFaults.HeloNoName },
        { "", "HELO -|", ProtocolFaults.HeloNoName },
        { "", "EHLO [192.0.2.1]|", ProtocolFaults.None },
        { "", "EHLO [IPv6:2001:db8::1]|", ProtocolFaults.None },
        { "", "EHLO mx.a.example.|", ProtocolFaults.None },
        { "", "EHLO mx.xn--j6w193g|", ProtocolFaults.None },

        { Hello, "MAIL FROM:a@b.example SIZE=5|", ProtocolFaults.LooseAddress },
        { Hello, "MAIL FROM: <a@b.example> SIZE=5|", ProtocolFaults.LooseAddress },
        { Hello + Mail, "RCPT TO: <c@d.example>|", ProtocolFaults.LooseAddress },
        { Hello + Mail, "RCPT TO:<.c@d.example>|", ProtocolFaults.LooseAddress },
        { Hello + Mail, "RCPT TO:<c>|", ProtocolFaults.LooseAddress },
        { Hello + Mail, "RCPT TO:<Postmaster>|", ProtocolFaults.None },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_fault_is_told_and_nothing_is_held_against_a_client_that_speaks_well(string before, string said, ProtocolFaults faults)
    {
        var dialog = DialogAfter(before);
        dialog.Say(said);
        dialog.Observer.Manners.Where(manner => manner != nameof(ClientAct.Reset))
            .Aggregate(ProtocolFaults.None, (all, one) => all | Enum.Parse<ProtocolFaults>(one)).ShouldBe(faults);
    }

    [Fact]
    public void Pipelining_that_is_not_offered_is_a_fault()
    {
        var options = new SmtpSessionOptions { Hostname = "mx.sink.test", Extensions = SmtpExtensions.Default & ~SmtpExtensions.Pipelining };
        var dialog = DialogAfter(Hello, options);
        dialog.Say(Envelope);
        dialog.Observer.Manners.ShouldBe([nameof(ProtocolFaults.UnofferedPipelining)]);
    }

    [Fact]
    public void A_response_to_a_challenge_waits_for_the_next_one()
    {
        var dialog = DialogAfter(Hello + "AUTH LOGIN|", new SmtpSessionOptions { Hostname = "mx.sink.test", Auth = new() { Mode = AuthMode.Optional, AllowCleartext = true } });
        dialog.Say("YQ==|Yg==|");
        dialog.Observer.Manners.ShouldBe([nameof(ProtocolFaults.UnofferedPipelining)]);
    }

    [Fact]
    public void The_text_is_looked_at_only_for_who_wants_the_identity_and_only_at_its_beginning()
    {
        var dialog = DialogAfter(Hello + "MAIL FROM:<a@b.example> SIZE=99999|RCPT TO:<c@d.example>|DATA|");
        dialog.Say(string.Concat(Enumerable.Repeat("0123456789|", 700)) + "\u00e9\n" + Long + "|.|");
        dialog.Observer.Manners.ShouldBeEmpty();

        dialog.Observer.Details = MessageDetails.None;
        dialog.Say(Envelope);
        dialog.Say("DATA|");
        dialog.Say("\u00e9\n" + Long + "|.|");
        dialog.Observer.Manners.ShouldBe([nameof(ProtocolFaults.SizeUnderstated)]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4096)]
    public void The_text_is_judged_alike_however_it_comes(int length)
    {
        foreach (var (text, faults) in new[] { ("a|b|", ProtocolFaults.None), ("a\nb|", ProtocolFaults.BareLineEnd), (Long + "|", ProtocolFaults.LongLine), ("b\r\r\n\u00e9|", ProtocolFaults.BareLineEnd | ProtocolFaults.EightBitUnannounced) })
        {
            var dialog = DialogAfter(Hello + "MAIL FROM:<a@b.example> SIZE=99999|RCPT TO:<c@d.example>|DATA|");
            foreach (var piece in System.Text.Encoding.UTF8.GetBytes((text + ".|").Replace("|", "\r\n", StringComparison.Ordinal)).Chunk(length))
            {
                dialog.Send(piece);
            }

            dialog.Observer.Manners.ShouldBe(faults == ProtocolFaults.None ? [] : [faults.ToString()]);
        }
    }

    [Fact]
    public void A_bare_end_is_found_at_any_place()
    {
        for (var length = 0; length < 70; length++)
        {
            for (var at = 0; at <= length; at++)
            {
                foreach (var (octet, isBare) in new[] { ("\n", true), ("\r", true), ("\r\n", false) })
                {
                    var text = new string('x', length).Insert(at, octet) + "|";
                    var dialog = DialogAfter(Hello + "MAIL FROM:<a@b.example> SIZE=99999|RCPT TO:<c@d.example>|DATA|");
                    dialog.Say(text + ".|");
                    dialog.Observer.Manners.ShouldBe(isBare ? [nameof(ProtocolFaults.BareLineEnd)] : []);
                }
            }
        }
    }

    [Fact]
    public void What_else_a_client_does_is_told_once()
    {
        var dialog = new Dialog(denial: StartTlsDenial.Unavailable);
        dialog.Start();
        dialog.Say(Hello);
        dialog.Say("STARTTLS|");
        dialog.Say("RSET|");
        dialog.Session.SpokeBehindClose();
        dialog.Session.Misspoke(ProtocolFaults.EarlyTalk, dialog.Now);
        dialog.Observer.Manners.ShouldBe([nameof(ClientAct.AskedForTlsInVain), nameof(ClientAct.Reset), nameof(ClientAct.SpokeBehindClose), nameof(ProtocolFaults.EarlyTalk)]);
    }

    [Fact]
    public void Only_a_reply_that_closes_shuts_the_dialog()
    {
        var filter = new ScriptedFilter()
            .For("busy.example", new FilterAnswer { Reply = new FixedReply(421, default, "Busy"u8) })
            .For("lost.example", new FilterAnswer { EndFault = AnswerFault.DropAfterReply });
        var dialog = Dialog.After(Hello + "MAIL FROM:<>|", filter);
        dialog.Session.HasShut.ShouldBeFalse();
        dialog.Say("RCPT TO:<a@busy.example>|");
        dialog.Session.HasShut.ShouldBeTrue();
        dialog = Dialog.After(Hello + "MAIL FROM:<>|RCPT TO:<a@lost.example>|DATA|x|.|", filter);
        dialog.Action.ShouldBe(SessionAction.Close);
        dialog.Session.HasShut.ShouldBeFalse();
    }

    private static Dialog DialogAfter(string before, SmtpSessionOptions? options = null)
    {
        var filter = new ScriptedFilter()
            .For("no.example", new FilterAnswer { Reply = new FixedReply(550, default, "No"u8) });
        var dialog = new Dialog(new RefusingSender(filter), options);
        dialog.Observer.Details = MessageDetails.Identity;
        dialog.Start();
        foreach (var line in before.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            dialog.Say(line + "|");
        }

        dialog.Observer.Clear();
        return dialog;
    }

    // One sender is refused.
    private sealed class RefusingSender(IMailboxFilter filter) : IMailboxFilter
    {
        public int EntryCount => filter.EntryCount;

        public string EntryName(int entry) => filter.EntryName(entry);

        public int EntryOf(ReadOnlySpan<byte> domain) => filter.EntryOf(domain);

        public FilterAnswer Answer(in SessionFacts facts) =>
            facts.Stage == Stage.Mail && facts.Sender.StartsWith("no@"u8) ? new FilterAnswer { Reply = new FixedReply(550, default, "No"u8) } : filter.Answer(facts);
    }
}
