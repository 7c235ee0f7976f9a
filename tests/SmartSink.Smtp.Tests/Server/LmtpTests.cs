using System.Text;
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

    [Theory]
    [InlineData("DATA|.|")]
    [InlineData("BDAT 0 LAST|")]
    public void A_client_that_does_not_read_makes_no_replies_pile_up(string message)
    {
        const int Recipients = 100;
        var reply = new FixedReply(550, new(5, 0, 0), Encoding.ASCII.GetBytes(new string('x', 10_000)));
        var dialog = Dialog.After("LHLO a|", new ScriptedFilter().At(Stage.Data, reply), Options);
        dialog.Say("MAIL FROM:<s@x.example>|" + string.Concat(Enumerable.Range(0, Recipients).Select(i => $"RCPT TO:<u{i}@y.example>|")));
        var output = new ReplyBuffer();
        var said = 0;
        var input = Encoding.ASCII.GetBytes(message.Replace("|", "\r\n", StringComparison.Ordinal) + "NOOP\r\n");
        dialog.Observer.Clear();

        SessionStep step;
        do
        {
            step = dialog.Session.Advance(input, output, dialog.Now);
            input = input[step.Consumed..];
            output.Length.ShouldBeLessThan(ReplyBuffer.HighWaterMark + reply.Bytes.Length);
            said += output.Length;
            output.Clear();
        }
        while (step.Action == SessionAction.Flush);

        input.ShouldBeEmpty();
        said.ShouldBeGreaterThan(Recipients * reply.Bytes.Length);
        dialog.Observer.Codes.Count(code => code == 550).ShouldBe(Recipients);
        dialog.Observer.Codes[^1].ShouldBe(250);
        dialog.Observer.Events.Count(line => line.StartsWith("recipient ", StringComparison.Ordinal)).ShouldBe(Recipients);
        dialog.Session.Phase.ShouldBe(DialogPhase.Idle);
    }

    [Fact]
    public void A_client_that_leaves_amid_its_replies_abandons_the_recipients_without_one()
    {
        var reply = new FixedReply(450, new(4, 0, 0), Encoding.ASCII.GetBytes(new string('x', ReplyBuffer.HighWaterMark)));
        var dialog = Dialog.After("LHLO a|", new ScriptedFilter().At(Stage.Data, reply), Options);
        dialog.Say("MAIL FROM:<s@x.example>|RCPT TO:<a@y.example>|RCPT TO:<b@y.example>|RCPT TO:<c@y.example>|DATA|");
        dialog.Observer.Clear();

        var step = dialog.Session.Advance(".\r\n"u8, new ReplyBuffer(), dialog.Now);
        dialog.Session.ConnectionEnded(SessionEndReason.ConnectionReset);

        step.ShouldBe(new SessionStep(SessionAction.Flush, 3));
        dialog.Observer.Events.ShouldBe(["recipient other TempFail at Data", "refused <> at Data with 450", "abandoned 2"]);
    }

    [Fact]
    public void A_stop_waits_for_the_replies_that_are_on_their_way()
    {
        var reply = new FixedReply(450, new(4, 0, 0), Encoding.ASCII.GetBytes(new string('x', ReplyBuffer.HighWaterMark)));
        var dialog = Dialog.After("LHLO a|", new ScriptedFilter().At(Stage.Data, reply), Options);
        dialog.Say("MAIL FROM:<s@x.example>|RCPT TO:<a@y.example>|RCPT TO:<b@y.example>|DATA|");
        dialog.Session.Advance(".\r\n"u8, new ReplyBuffer(), dialog.Now).Action.ShouldBe(SessionAction.Flush);

        dialog.Shutdown().ShouldBeEmpty();
        dialog.Action.ShouldBe(SessionAction.Flush);
        dialog.Send([]).ShouldEndWith("|421 4.3.2 The server is stopping, try again later|");
        dialog.Action.ShouldBe(SessionAction.Close);
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
