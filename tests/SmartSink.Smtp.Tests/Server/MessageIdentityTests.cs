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

    private static List<string> Delivered(int piece, string message)
    {
        var filter = Wanting();
        var dialog = Dialog.After("EHLO a|MAIL FROM:<>|RCPT TO:<c@d.example>|", filter);
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

        dialog.Session.IsInTransaction.ShouldBeFalse();
        return filter.Delivered;
    }
}
