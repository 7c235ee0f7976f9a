using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

public sealed class LmtpTests
{
    private static readonly SmtpSessionOptions Options = new() { Hostname = "mx.sink.test", Protocol = MailProtocol.Lmtp, MaxMessageSize = 100 };

    [Fact]
    public void Each_recipient_has_its_own_outcome_and_the_message_that_of_the_best()
    {
        var filter = new ScriptedFilter()
            .For("no.example", AtData(550, 1))
            .For("later.example", AtData(450, 2));
        var dialog = Dialog.After("LHLO a|", filter, Options);

        dialog.Say("MAIL FROM:<s@x.example>|RCPT TO:<a@no.example>|RCPT TO:<b@yes.example>|RCPT TO:<c@later.example>|DATA|.|");

        dialog.Observer.Codes.ShouldBe([250, 250, 250, 250, 354, 550, 250, 450]);
        dialog.Observer.Events.ShouldBe(
        [
            "recipient entry1 PermFail at Data", "refused <a@no.example> at Data with 550",
            "recipient other Accepted at Data",
            "recipient entry2 TempFail at Data", "refused <c@later.example> at Data with 450",
            "message from <s@x.example> Accepted 250, 3 recipients, 0 octets, 0 s, data 0 s",
        ]);
    }

    [Fact]
    public void A_message_that_nobody_took_is_told_by_the_first_reply()
    {
        var filter = new ScriptedFilter().For("no.example", AtData(550, 1)).For("later.example", AtData(450, 2));
        var dialog = Dialog.After("LHLO a|", filter, Options);

        dialog.Say("MAIL FROM:<s@x.example>|RCPT TO:<c@later.example>|RCPT TO:<a@no.example>|DATA|.|");

        dialog.Observer.Events[^1].ShouldBe("message from <s@x.example> TempFail 450, 2 recipients, 0 octets, 0 s, data 0 s");
    }

    [Fact]
    public void A_reply_to_the_message_is_said_to_every_recipient_without_one_of_its_own()
    {
        var filter = new ScriptedFilter().For("no.example", AtData(550, 1)).At(Stage.Data, new FixedReply(452, new(4, 3, 1), "Full"u8));
        var dialog = Dialog.After("LHLO a|", filter, Options);

        dialog.Say("MAIL FROM:<s@x.example>|RCPT TO:<a@y.example>|RCPT TO:<a@no.example>|RCPT TO:<b@y.example>|DATA|.|")
            .ShouldEndWith("|452 4.3.1 Full|550 5.0.0 no|452 4.3.1 Full|");
    }

    [Fact]
    public void A_message_that_is_too_big_is_refused_for_all()
    {
        var dialog = Dialog.After("LHLO a|", new ScriptedFilter().For("no.example", AtData(550, 1)), Options);

        dialog.Say($"MAIL FROM:<s@x.example>|RCPT TO:<a@no.example>|RCPT TO:<b@y.example>|DATA|{new string('x', 101)}|.|")
            .ShouldEndWith("|552 5.3.4 Message too big|552 5.3.4 Message too big|");
    }

    [Fact]
    public void A_thousand_recipients_have_a_thousand_replies()
    {
        var dialog = Dialog.After("LHLO a|", new ScriptedFilter().For("no.example", AtData(550, 1)), Options);
        var recipients = Enumerable.Range(0, 1000).Select(number => $"RCPT TO:<{number}@{(number % 3 == 0 ? "no" : "yes")}.example>|");
        dialog.Say($"MAIL FROM:<s@x.example>|{string.Concat(recipients)}");

        dialog.Say("DATA|.|").TrimEnd('|').Split('|').Skip(1).Select(line => line[..3])
            .ShouldBe(Enumerable.Range(0, 1000).Select(number => number % 3 == 0 ? "550" : "250"));
    }

    private static FilterAnswer AtData(int code, int entry) =>
        new() { Reply = new FixedReply(code, new((byte)(code / 100), 0, 0), "no"u8), ReplyStage = Stage.Data, Entry = entry };
}
