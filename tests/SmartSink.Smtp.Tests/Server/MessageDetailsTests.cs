using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>What is kept of messages for an observer that wants it.</summary>
public sealed class MessageDetailsTests
{
    private static readonly FixedReply No = new(550, default, "No"u8);

    [Fact]
    public void Recipients_are_those_accepted_with_the_outcome_of_the_message()
    {
        var dialog = DialogWith(MessageDetails.Recipients);
        dialog.Say("MAIL FROM:<>|RCPT TO:<x@no.example>|RCPT TO:<c@d.example>|RCPT TO:<y@E.example>|DATA|Subject: x||.|");
        dialog.Say("MAIL FROM:<>|RCPT TO:<c@d.example>|RCPT TO:<x@late.example>|DATA|Subject: x||.|");
        dialog.Observer.Kept.ShouldBe(
        [
            ("c@d.example in entry3 Accepted, y@E.example in other Accepted", string.Empty),
            ("c@d.example in entry3 PermFail, x@late.example in entry4 PermFail", string.Empty),
        ]);
    }

    [Fact]
    public void Recipients_of_lmtp_have_an_outcome_each()
    {
        var dialog = DialogWith(MessageDetails.Recipients, MailProtocol.Lmtp);
        dialog.Say("MAIL FROM:<>|RCPT TO:<c@d.example>|RCPT TO:<x@late.example>|RCPT TO:<y@e.example>|DATA|Subject: x||.|");
        dialog.Observer.Kept.ShouldBe([("c@d.example in entry3 Accepted, x@late.example in entry4 PermFail, y@e.example in other Accepted", string.Empty)]);
    }

    [Theory]
    [InlineData(MailProtocol.Smtp)]
    [InlineData(MailProtocol.Lmtp)]
    public void No_more_recipients_are_kept_than_the_first(MailProtocol protocol)
    {
        var dialog = DialogWith(MessageDetails.Recipients, protocol);
        dialog.Say("MAIL FROM:<>|" + string.Concat(Enumerable.Range(0, MessageRecipients.Most + 5).Select(n => $"RCPT TO:<{new string('u', 60)}{n}@d.example>|")) + "DATA|Subject: x||.|");
        dialog.Observer.Kept.ShouldHaveSingleItem().Recipients.Split(", ")
            .ShouldBe(Enumerable.Range(0, MessageRecipients.Most).Select(n => $"{new string('u', 60)}{n}@d.example in entry3 Accepted"));
    }

    [Fact]
    public void A_transaction_that_is_given_up_leaves_nothing_to_the_next()
    {
        var dialog = DialogWith(MessageDetails.Recipients | MessageDetails.Header);
        dialog.Say("MAIL FROM:<>|RCPT TO:<gone@d.example>|RSET|MAIL FROM:<>|RCPT TO:<c@d.example>|BDAT 15|Subject: gone|RSET|");
        dialog.Observer.Kept.ShouldBeEmpty();
        dialog.Observer.Details = MessageDetails.Recipients;
        dialog.Say("MAIL FROM:<>|RCPT TO:<c@d.example>|DATA|Subject: x||.|");
        dialog.Observer.Details = MessageDetails.Header;
        dialog.Say("MAIL FROM:<>|RCPT TO:<c@d.example>|DATA|Subject: y||.|");
        dialog.Observer.Details = MessageDetails.None;
        dialog.Say("MAIL FROM:<>|RCPT TO:<c@d.example>|DATA|Subject: z||.|");
        dialog.Observer.Kept.ShouldBe([("c@d.example in entry3 Accepted", string.Empty), (string.Empty, "Subject: y\r\n")]);
    }

    public static TheoryData<string, string> Headers() => new()
    {
        { "Subject: x\r\nTo: y\r\n\r\nbody\r\n", "Subject: x\r\nTo: y\r\n" },
        { "Message-ID: <1@a.example>\r\nTo:\r\n y\r\n\r\nbody\r\n", "Message-ID: <1@a.example>\r\nTo:\r\n y\r\n" },
        { "Subject: x\r\n", "Subject: x\r\n" },
        { "\r\nbody\r\n", "" },
        { "", "" },
        { "X: " + new string('x', 9000) + "\r\n\r\n", "X: " + new string('x', MessageFacts.MaxHeader - 3) },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_header_is_kept_however_it_comes(string message, string header)
    {
        foreach (var length in new[] { int.MaxValue, 1, 7, 4096 })
        {
            foreach (var wantsId in new[] { false, true })
            {
                HeaderOf(wantsId, length, $"DATA\r\n{message}.\r\n").ShouldBe(header);
                HeaderOf(wantsId, length, $"BDAT {message.Length} LAST\r\n{message}").ShouldBe(header);
            }
        }
    }

    private static string HeaderOf(bool wantsId, int length, string data)
    {
        var dialog = DialogWith(MessageDetails.Header);
        dialog.Say($"MAIL FROM:<>|RCPT TO:<c@{(wantsId ? "wanting" : "d")}.example>|");
        var bytes = System.Text.Encoding.ASCII.GetBytes(data);
        for (var start = 0; start < bytes.Length;)
        {
            // What is not taken is an unfinished line, which is given again with more behind it.
            var end = start;
            int consumed;
            do
            {
                end = (int)Math.Min(bytes.Length, (long)end + length);
                dialog.Send(bytes.AsSpan(start..end), out consumed);
            }
            while (consumed == 0);

            start += consumed;
        }

        return dialog.Observer.Kept.ShouldHaveSingleItem().Header;
    }

    private static Dialog DialogWith(MessageDetails details, MailProtocol protocol = MailProtocol.Smtp)
    {
        var filter = new ScriptedFilter()
            .For("d.example", new FilterAnswer { Entry = 3 })
            .For("wanting.example", new FilterAnswer { Entry = 3, WantsMessageId = true })
            .For("no.example", new FilterAnswer { Reply = No })
            .For("late.example", new FilterAnswer { Entry = 4, Reply = No, ReplyStage = Stage.Data });
        var dialog = Dialog.After(protocol == MailProtocol.Lmtp ? "LHLO a|" : "EHLO a|", filter, new SmtpSessionOptions { Hostname = "mx.sink.test", Protocol = protocol });
        dialog.Observer.Details = details;
        return dialog;
    }
}
