using System.Text;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>A message's id, as the filter hears of it, however the message comes.</summary>
public sealed class MessageIdentityTests
{
    private static readonly string Long = new('x', 998);

    public static TheoryData<string, string> Headers() => new()
    {
        { "Message-ID: <1@a.example>\r\n\r\nbody\r\n", "1@a.example" },
        { "message-id:<1@a.example>\r\n\r\n", "1@a.example" },
        { "MESSAGE-ID : (why) <1@a.example> (so)\r\n\r\n", "1@a.example" },
        { "Subject: x\r\nMessage-ID:\r\n <1@a.example>\r\nTo: y\r\n\r\n", "1@a.example" },
        { "Message-ID: <1@\r\n\ta.example>\r\n\r\n", "1@a.example" },
        { "Message-ID: 1@a.example \r\n\r\n", "1@a.example" },
        { "Message-ID: <1@a.example>\r\nMessage-ID: <2@a.example>\r\n\r\n", "1@a.example" },
        { "Message-ID:\r\nMessage-ID: <2@a.example>\r\n\r\n", "2@a.example" },
        { "X-SmartSink-Run: run/7\r\n\r\n", "run/7" },
        { "X-SmartSink-Run: run/7\r\nMessage-ID: <1@a.example>\r\n\r\n", "1@a.example" },
        { "Message-ID: <1@a.example>\r\n", "1@a.example" },
        { "Subject: Message-ID: <1@a.example>\r\n folded\r\n\r\n", "" },
        { "Subject: x\r\n\r\nMessage-ID: <1@a.example>\r\n", "" },
        { "\r\nMessage-ID: <1@a.example>\r\n\r\n", "" },
        { "no field\r\n\r\nMessage-ID: <1@a.example>\r\n", "" },
        { "no field\r\nMessage-ID: <1@a.example>\r\n\r\n", "1@a.example" },
        { "Message-ID: <a\u0001b>\r\n\r\n", "" },
        { "Message-ID: <" + Long + ">\r\n\r\n", Long },
        { "Message-ID: <" + Long + "x>\r\n\r\n", "" },
        { "X: " + new string('x', 8000) + "\r\nMessage-ID: <1@a.example>\r\nTo: y\r\n" + new string('z', 9000) + "\r\n\r\n", "1@a.example" },
        { "X: " + new string('x', 8180) + "\r\nMessage-ID: <1@a.example>\r\nTo: y\r\n\r\n", "" },
        { "", "" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void It_is_read_in_one_piece_octet_by_octet_and_out_of_a_chunk(string message, string id)
    {
        string[] expected = id.Length == 0 ? [] : [$"{id} for c@d.example in entry3"];
        foreach (var length in new[] { int.MaxValue, 1, 3, 4096 })
        {
            Delivered(length, $"DATA\r\n{message}.\r\n").ShouldBe(expected);
            Delivered(length, $"BDAT {message.Length} LAST\r\n{message}").ShouldBe(expected);
        }
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public void An_observer_that_wants_it_changes_nothing_for_the_filter(string message, string id)
    {
        string[] expected = id.Length == 0 ? [] : [$"{id} for c@d.example in entry3"];
        foreach (var length in new[] { int.MaxValue, 1, 3, 4096 })
        {
            Delivered(length, $"DATA\r\n{message}.\r\n", MessageDetails.Identity).ShouldBe(expected);
            Delivered(length, $"BDAT {message.Length} LAST\r\n{message}", MessageDetails.Identity | MessageDetails.Header).ShouldBe(expected);
        }
    }

    private const string Returned = "Received: by x\r\nMessage-Id: <1@a.example>\r\nX-SmartSink-Run: r-1/7\r\nSubject: x\r\n";

    /// <summary>Bounces as they are written by some, with what they tell of themselves and of the message that they return.</summary>
    public static TheoryData<string, string> Bounces() => new()
    {
        // Postfix
        {
            "From: MAILER-DAEMON@a.example (Mail Delivery System)\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"B\"\r\nMessage-Id: <b@a.example>\r\n\r\n--B\r\nContent-Description: Notification\r\n\r\nThis is the mail system at host a.example.\r\n\r\n"
                + "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a.example\r\nX-Postfix-Queue-ID: 4F\r\n\r\n--B\r\nContent-Type: message/rfc822\r\n\r\nReturn-Path: <s@a.example>\r\n" + Returned + "\r\nbody\r\n--B--\r\n",
            "b@a.example  returns 1@a.example r-1/7"
        },

        // Exim
        {
            "X-Failed-Recipients: c@d.example\r\nReferences: <0@a.example> <1@a.example>\r\nMessage-Id: <b@a.example>\r\n\r\nThis message was created automatically by mail delivery software.\r\n",
            "b@a.example  returns 1@a.example "
        },
        {
            "Message-Id: <b@a.example>\r\n\r\n------ This is a copy of the message, including all the headers. ------\r\n\r\nReturn-path: <s@a.example>\r\nReceived: by x\r\n\tid 1\r\nMessage-Id:\r\n <1@a.example>\r\nX-SmartSink-Run: r-1/7\r\n\r\n",
            "b@a.example  returns 1@a.example r-1/7"
        },

        // OpenSMTPD
        {
            "Subject: Delivery status notification: error\r\nContent-Type: multipart/mixed; boundary=\"1/a\"\r\n\r\nThis is a MIME-encoded message.\r\n\r\n--1/a\r\nContent-Type: text/plain\r\n\r\n    Hi!\r\n\r\n--1/a\r\nContent-Type: text/rfc822-headers\r\n\r\n" + Returned + "\r\n--1/a--\r\n",
            "  returns 1@a.example r-1/7"
        },

        // sendmail
        {
            "Message-Id: <b@a.example>\r\n\r\n--B/a\r\n\r\n   ----- The following addresses had permanent fatal errors -----\r\n\r\n--B/a\r\nContent-Type: message/rfc822\r\n\r\nReturn-Path: <s@a.example>\r\nX-SmartSink-Run: r-1/7\r\nMessage-Id: <1@a.example>\r\n\r\n--B/a--\r\n",
            "b@a.example  returns 1@a.example r-1/7"
        },

        { "Message-Id: <b@a.example>\r\n\r\nNothing of it.\r\n", "b@a.example  returns  " },
        { "X-SmartSink-Run: own/1\r\n\r\nA quotation:\r\n> Message-Id: <1@a.example>\r\n", "own/1 own/1 returns  " },
        { "Subject: x\r\n\r\n" + new string('x', 8200) + "\r\nMessage-Id: <1@a.example>\r\n", "  returns  " },
    };

    [Theory]
    [MemberData(nameof(Bounces))]
    public void What_a_bounce_returns_is_found_however_it_comes(string message, string identity)
    {
        foreach (var length in new[] { int.MaxValue, 1, 5, 4096 })
        {
            Identity("<>", length, $"DATA\r\n{message}.\r\n").ShouldBe(identity);
            Identity("<>", length, $"BDAT {message.Length}\r\n{message}BDAT 0 LAST\r\n").ShouldBe(identity);
            Identity("<s@a.example>", length, $"DATA\r\n{message}.\r\n").ShouldEndWith(" returns  ");
        }
    }

    [Theory]
    [InlineData("X-SmartSink-Run: r/1\r\nMessage-ID: <1@a.example>\r\n\r\n", "1@a.example r/1 returns  ")]
    [InlineData("Message-ID: <1@a.example>\r\nSubject: x\r\nX-SmartSink-Run:\r\n r/1 \r\n\r\nX-SmartSink-Run: r/2\r\n", "1@a.example r/1 returns  ")]
    [InlineData("X-SmartSink-Run: r/1\r\n\r\n", "r/1 r/1 returns  ")]
    [InlineData("X-SmartSink-Run: \u0001\r\nX-SmartSink-Run: r/2\r\nX-SmartSink-Run: r/3\r\n\r\n", "r/2 r/2 returns  ")]
    [InlineData("Subject: x\r\n\r\n", "  returns  ")]
    public void Id_and_run_are_both_read(string message, string identity)
    {
        for (var length = 1; length <= message.Length + 9; length++)
        {
            Identity("<s@a.example>", length, $"DATA\r\n{message}.\r\n").ShouldBe(identity);
        }
    }

    [Fact]
    public void An_id_that_is_folded_without_an_end_or_is_no_text_is_none()
    {
        Identity("<s@a.example>", int.MaxValue, $"DATA\r\nMessage-ID: <{string.Concat(Enumerable.Repeat("xxxxxxxxxx\r\n ", 5000))}>\r\n\r\n.\r\n").ShouldBe("  returns  ");
        Identity("<s@a.example>", 1000, $"DATA\r\n{string.Concat(Enumerable.Range(0, 255).Select(n => $"Message-ID: <{(char)n}\0>\r\n"))}\r\n.\r\n").ShouldBe("  returns  ");
        Identity("<>", 1000, $"DATA\r\n\r\n{string.Concat(Enumerable.Repeat("Message-ID: <\u0002>\r\n\t\r\n", 900))}\r\n.\r\n").ShouldBe("  returns  ");
    }

    [Theory]
    [InlineData(AnswerFault.None, false)]
    [InlineData(AnswerFault.SlowReply, false)]
    [InlineData(AnswerFault.DropAfterReply, false)]
    [InlineData(AnswerFault.DropBeforeReply, true)]
    [InlineData(AnswerFault.DropWithinReply, true)]
    public void A_reply_that_is_lost_on_purpose_is_told(AnswerFault fault, bool isLost)
    {
        foreach (var protocol in new[] { MailProtocol.Smtp, MailProtocol.Lmtp })
        {
            var filter = new ScriptedFilter().For("d.example", new FilterAnswer { EndFault = fault });
            var dialog = new Dialog(filter, new SmtpSessionOptions { Hostname = "mx.sink.test", Protocol = protocol });
            dialog.Observer.Details = MessageDetails.Identity;
            dialog.Start();
            dialog.Say($"{(protocol == MailProtocol.Lmtp ? "LHLO" : "EHLO")} a|MAIL FROM:<>|RCPT TO:<c@d.example>|DATA|x|.|");
            dialog.Observer.Identities.ShouldHaveSingleItem().EndsWith(" lost", StringComparison.Ordinal).ShouldBe(isLost);
        }
    }

    [Fact]
    public void Octets_of_a_chunk_are_read_to_the_end_of_the_window_for_who_looks_at_all()
    {
        var dialog = Dialog.After("EHLO a|");
        dialog.Observer.Details = MessageDetails.Identity;
        dialog.Say("MAIL FROM:<>|RCPT TO:<c@d.example>|BDAT 100000 LAST|");
        dialog.Send(new byte[8191]);
        dialog.Session.Droppable.ShouldBe(0);
        dialog.Send(new byte[1]);
        dialog.Session.Droppable.ShouldBe(100_000 - 8192);
    }

    [Fact]
    public void It_is_looked_for_in_the_first_chunk_alone()
    {
        Delivered(int.MaxValue, "BDAT 28\r\nMessage-ID: <1@a.example>\r\n\rBDAT 1\r\n\nBDAT 0 LAST\r\n").ShouldBe(["1@a.example for c@d.example in entry3"]);
        Delivered(int.MaxValue, "BDAT 12\r\nMessage-ID: BDAT 17 LAST\r\n<1@a.example>\r\n\r\n").ShouldBeEmpty();
    }

    [Fact]
    public void Octets_of_a_chunk_are_dropped_unread_as_soon_as_the_header_is_over()
    {
        var dialog = Dialog.After("EHLO a|MAIL FROM:<>|RCPT TO:<c@d.example>|", Wanting());
        dialog.Say("BDAT 100000 LAST|Message-ID: <1@a.example>|");
        dialog.Session.Droppable.ShouldBe(0);
        dialog.Say("|");
        dialog.Session.Droppable.ShouldBe(100_000 - 29);
        dialog.Session.IsInData.ShouldBeTrue();
    }

    [Fact]
    public void Only_recipients_who_wanted_it_and_were_accepted_are_told()
    {
        var filter = Wanting()
            .For("e.example", default)
            .For("f.example", new FilterAnswer { Entry = 4, WantsMessageId = true })
            .For("no.example", new FilterAnswer { Reply = new FixedReply(550, default, "No"u8), WantsMessageId = true });
        var dialog = Dialog.After("EHLO a|MAIL FROM:<>|RCPT TO:<x@e.example>|RCPT TO:<c@d.example>|RCPT TO:<x@no.example>|RCPT TO:<y@F.example>|DATA|", filter);
        dialog.Say("Message-ID: <1@a.example>||.|");
        filter.Delivered.ShouldBe(["1@a.example for c@d.example in entry3", "1@a.example for y@F.example in entry4"]);
        dialog.Say("MAIL FROM:<>|RCPT TO:<x@e.example>|DATA|Message-ID: <2@a.example>||.|");
        filter.Delivered.Count.ShouldBe(2);
    }

    [Fact]
    public void A_message_that_is_refused_is_no_delivery()
    {
        var filter = Wanting().At(Stage.Data, new FixedReply(554, default, "No"u8));
        Dialog.After("EHLO a|MAIL FROM:<>|RCPT TO:<c@d.example>|DATA|Message-ID: <1@a.example>||.|", filter);
        filter.Delivered.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(AnswerFault.DropBeforeReply, 1)]
    [InlineData(AnswerFault.DropWithinReply, 1)]
    [InlineData(AnswerFault.DropAfterReply, 1)]
    [InlineData(AnswerFault.Drop, 0)]
    public void A_message_whose_reply_is_lost_is_a_delivery_and_one_that_is_dropped_is_none(AnswerFault fault, int deliveries)
    {
        var filter = new ScriptedFilter().For("d.example", new FilterAnswer { Entry = 3, WantsMessageId = true, EndFault = fault });
        Dialog.After("EHLO a|MAIL FROM:<>|RCPT TO:<c@d.example>|DATA|Message-ID: <1@a.example>||.|", filter);
        filter.Delivered.Count.ShouldBe(deliveries);
    }

    [Fact]
    public void In_LMTP_each_recipient_is_a_delivery_of_its_own()
    {
        var kept = new FilterAnswer { Entry = 5, WantsMessageId = true, Reply = new FixedReply(450, default, "Later"u8), ReplyStage = Stage.Data };
        var filter = Wanting().For("later.example", kept).For("e.example", default);
        var options = new SmtpSessionOptions { Hostname = "mx.sink.test", Protocol = MailProtocol.Lmtp };
        var dialog = Dialog.After("LHLO a|MAIL FROM:<>|RCPT TO:<x@e.example>|RCPT TO:<c@d.example>|RCPT TO:<c@later.example>|RCPT TO:<z@d.example>|DATA|", filter, options);
        dialog.Say("Message-ID: <1@a.example>||.|");
        filter.Delivered.ShouldBe(["1@a.example for c@d.example in entry3", "1@a.example for z@d.example in entry3"]);
    }

    private static ScriptedFilter Wanting() => new ScriptedFilter().For("d.example", new FilterAnswer { Entry = 3, WantsMessageId = true });

    private static List<string> Delivered(int piece, string message, MessageDetails details = MessageDetails.None)
    {
        var filter = Wanting();
        Deliver(piece, message, "<>", filter, details);
        return filter.Delivered;
    }

    private static string Identity(string sender, int piece, string message) =>
        Deliver(piece, message, sender, new ScriptedFilter(), MessageDetails.Identity).Observer.Identities.ShouldHaveSingleItem();

    private static Dialog Deliver(int piece, string message, string sender, IMailboxFilter filter, MessageDetails details)
    {
        var dialog = Dialog.After("EHLO a|", filter);
        dialog.Observer.Details = details;
        dialog.Say($"MAIL FROM:{sender}|RCPT TO:<c@d.example>|");
        var rest = Encoding.ASCII.GetBytes(message);
        var pending = Array.Empty<byte>();
        while (rest.Length > 0)
        {
            var length = Math.Min(piece, rest.Length);
            pending = [.. pending, .. rest[..length]];
            rest = rest[length..];
            dialog.Send(pending, out var consumed);
            pending = pending[consumed..];
        }

        dialog.Session.Phase.ShouldBe(DialogPhase.Idle);
        return dialog;
    }
}
