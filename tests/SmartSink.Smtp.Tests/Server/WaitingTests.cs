using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>Delays and faults, where a transcript cannot look: what is reported and when, what a stop does to them, and what they cost.</summary>
public sealed class WaitingTests
{
    private const string Envelope = "HELO a|MAIL FROM:<a@b.example>|RCPT TO:<c@d.example>|";

    private static readonly FixedReply No = new(550, new(5, 1, 1), "No"u8);

    [Fact]
    public void A_reply_waits_from_the_moment_of_its_command_and_nothing_is_taken_meanwhile()
    {
        var dialog = Dialog.After("HELO a|MAIL FROM:<a@b.example>|", Delayed(Stage.Rcpt, 700));
        dialog.Send("RCPT TO:<c@d.example>\r\nNOOP\r\n"u8, out var consumed).ShouldBeEmpty();
        consumed.ShouldBe("RCPT TO:<c@d.example>\r\n".Length);
        dialog.Action.ShouldBe(SessionAction.Pause);
        dialog.Session.Deadline.ShouldBe(dialog.Now.Milliseconds + 700);
        dialog.Pass(TimeSpan.FromMilliseconds(699));
        dialog.CheckDeadlines().ShouldBeEmpty();
        dialog.Action.ShouldBe(SessionAction.Pause);
        dialog.Pass(TimeSpan.FromMilliseconds(1));
        dialog.CheckDeadlines().ShouldBe("250 2.1.5 Recipient ok|");
        dialog.Action.ShouldBe(SessionAction.Flush);
        dialog.Say("NOOP|").ShouldBe("250 2.0.0 Ok|");
    }

    [Fact]
    public void A_reply_that_closes_waits_and_then_closes()
    {
        var closing = new FixedReply(421, new(4, 7, 0), "Later"u8);
        var dialog = Dialog.After("HELO a|MAIL FROM:<a@b.example>|", new ScriptedFilter().At(Stage.Rcpt, new FilterAnswer { Reply = closing, Delay = 50 }));
        dialog.Say("RCPT TO:<c@d.example>|").ShouldBeEmpty();
        dialog.Action.ShouldBe(SessionAction.Pause);
        dialog.PassToDeadline().ShouldBe("421 4.7.0 Later|");
        dialog.Action.ShouldBe(SessionAction.Close);
        dialog.Session.EndReason.ShouldBe(SessionEndReason.PolicyClosed);
    }

    [Fact]
    public void A_reply_that_quotes_the_dialog_waits_as_it_was()
    {
        var dialog = Dialog.After("HELO a|MAIL FROM:<a@b.example>|RCPT TO:<c@d.example>|DATA|", Delayed(Stage.Data, 50));
        dialog.Say("x|.|").ShouldBeEmpty();
        dialog.PassToDeadline().ShouldStartWith("250 2.0.0 Ok: taken as ");
    }

    [Fact]
    public void Late_lines_come_behind_no_delay_of_the_whole_reply()
    {
        var options = new SmtpSessionOptions { Hostname = "mx.sink.test", ReplyFaults = new OneReplyFault(ReplyFault.LateLine) };
        var dialog = new Dialog(Delayed(Stage.Ehlo, 50), options);
        dialog.Start();
        dialog.Say("EHLO a|").ShouldBeEmpty();
        dialog.PassToDeadline().ShouldEndWith("250 HELP|");
    }

    [Theory]
    [InlineData(AnswerFault.Drop, SessionAction.Close)]
    [InlineData(AnswerFault.Reset, SessionAction.Reset)]
    [InlineData(AnswerFault.Hang, SessionAction.Read)]
    [InlineData(AnswerFault.Stall, SessionAction.Stall)]
    public void A_fault_without_a_reply_abandons_the_transaction_once_its_delay_is_over(AnswerFault fault, SessionAction action)
    {
        var dialog = Dialog.After(Envelope, new ScriptedFilter().At(Stage.Rcpt, new FilterAnswer { Fault = fault, Delay = 50 }).For("d.example", default));
        dialog.Say("RCPT TO:<x@e.example>|").ShouldBeEmpty();
        dialog.Observer.Events.ShouldBeEmpty();
        dialog.PassToDeadline().ShouldBeEmpty();
        dialog.Action.ShouldBe(action);
        dialog.Observer.Events.ShouldBe(["abandoned 1"]);
        dialog.Session.ConnectionEnded(SessionEndReason.ClientClosed);
        dialog.Session.EndReason.ShouldBe(SessionEndReason.Fault);
        dialog.Observer.Events.ShouldBe(["abandoned 1"]);
    }

    [Theory]
    [InlineData(AnswerFault.Hang)]
    [InlineData(AnswerFault.Stall)]
    public void A_mute_session_takes_everything_says_nothing_and_ends_when_the_idle_time_is_over(AnswerFault fault)
    {
        var dialog = Dialog.After(Envelope, new ScriptedFilter().At(Stage.Data, new FilterAnswer { Fault = fault }));
        dialog.Say("DATA|x|.|").ShouldStartWith("354");
        dialog.Session.Deadline.ShouldBe(dialog.Now.Milliseconds + 300_000);
        dialog.Pass(TimeSpan.FromMinutes(4));
        dialog.Send("QUIT\r\nand more"u8, out var consumed).ShouldBeEmpty();
        consumed.ShouldBe(14);
        dialog.PassToDeadline().ShouldBeEmpty();
        dialog.Action.ShouldBe(SessionAction.Close);
        dialog.Session.EndReason.ShouldBe(SessionEndReason.Fault);
    }

    [Theory]
    [InlineData(AnswerFault.DropBeforeReply, "", SessionEndReason.Fault)]
    [InlineData(AnswerFault.DropWithinReply, "250 2.0.0 Ok: taken", SessionEndReason.Fault)]
    [InlineData(AnswerFault.DropAfterReply, "250 2.0.0 Ok: taken as", SessionEndReason.PolicyClosed)]
    public void A_message_whose_reply_is_lost_counts_as_accepted(AnswerFault fault, string said, SessionEndReason reason)
    {
        var dialog = Dialog.After(Envelope + "DATA|", new ScriptedFilter().At(Stage.Data, new FilterAnswer { Fault = fault, Delay = 50 }));
        dialog.Say("x|.|").ShouldBeEmpty();
        var reply = dialog.PassToDeadline();
        reply.ShouldStartWith(said);
        (fault == AnswerFault.DropAfterReply).ShouldBe(reply.EndsWith('|'));
        dialog.Action.ShouldBe(SessionAction.Close);
        dialog.Session.EndReason.ShouldBe(reason);
        dialog.Observer.Events.ShouldBe(["recipient other Accepted at Data", "message from <a@b.example> Accepted 250, 1 recipients, 3 octets, 0.05 s, data 0.05 s"]);
        dialog.Observer.Codes.ShouldBe(fault == AnswerFault.DropAfterReply ? [250] : []);
    }

    [Fact]
    public void At_end_of_data_the_longest_delay_holds_and_the_first_fault()
    {
        var filter = new ScriptedFilter()
            .For("one.example", new FilterAnswer { EndDelay = 10 })
            .For("two.example", new FilterAnswer { EndDelay = 400, EndFault = AnswerFault.Reset })
            .For("three.example", new FilterAnswer { EndDelay = 20, EndFault = AnswerFault.Drop })
            .At(Stage.Data, new FilterAnswer { Delay = 30, Fault = AnswerFault.Hang });
        var dialog = Dialog.After("HELO a|MAIL FROM:<a@b.example>|RCPT TO:<a@one.example>|RCPT TO:<a@two.example>|RCPT TO:<a@three.example>|DATA|", filter);
        dialog.Say("x|.|").ShouldBeEmpty();
        dialog.Session.Deadline.ShouldBe(dialog.Now.Milliseconds + 400);
        dialog.PassToDeadline();
        dialog.Action.ShouldBe(SessionAction.Reset);
    }

    [Fact]
    public void What_waited_at_one_end_of_data_does_not_wait_at_the_next()
    {
        var dialog = Dialog.After("HELO a|MAIL FROM:<a@b.example>|RCPT TO:<a@slow.example>|DATA|", new ScriptedFilter().For("slow.example", new FilterAnswer { EndDelay = 400, EndFault = AnswerFault.SlowReply }));
        dialog.Say(".|").ShouldBeEmpty();
        while (dialog.Action != SessionAction.Read)
        {
            dialog.PassToDeadline();
        }

        dialog.Say("MAIL FROM:<a@b.example>|RCPT TO:<a@fast.example>|DATA|.|").ShouldEndWith("|");
        dialog.Action.ShouldBe(SessionAction.Read);
    }

    [Fact]
    public void A_slow_reply_is_an_octet_a_second_however_late_it_is_looked_at()
    {
        var dialog = Dialog.After("HELO a|MAIL FROM:<a@b.example>|", new ScriptedFilter().At(Stage.Rcpt, new FilterAnswer { Reply = No, Fault = AnswerFault.SlowReply, Delay = 500 }));
        dialog.Say("RCPT TO:<c@d.example>|").ShouldBeEmpty();
        dialog.PassToDeadline().ShouldBe("5");
        dialog.PassToDeadline().ShouldBe("5");
        dialog.Pass(TimeSpan.FromMilliseconds(3999));
        dialog.CheckDeadlines().ShouldBe("0 5");
        dialog.Pass(TimeSpan.FromMilliseconds(1));
        dialog.CheckDeadlines().ShouldBe(".");
        dialog.Pass(TimeSpan.FromMinutes(1));
        dialog.CheckDeadlines().ShouldBe("1.1 No|");
        dialog.Action.ShouldBe(SessionAction.Flush);
    }

    [Fact]
    public void A_stop_ends_what_waits_and_nothing_waits_behind_it()
    {
        var dialog = Dialog.After("HELO a|MAIL FROM:<a@b.example>|", Delayed(Stage.Rcpt, 60_000));
        dialog.Say("RCPT TO:<c@d.example>|").ShouldBeEmpty();
        dialog.Shutdown().ShouldBe("250 2.1.5 Recipient ok|");
        dialog.Action.ShouldBe(SessionAction.Flush);
        dialog.Say("RCPT TO:<e@d.example>|").ShouldBe("250 2.1.5 Recipient ok|");
        dialog.Say("RSET|").ShouldBe("250 2.0.0 Ok|421 4.3.2 The server is stopping, try again later|");
    }

    [Theory]
    [InlineData(AnswerFault.Drop)]
    [InlineData(AnswerFault.Reset)]
    [InlineData(AnswerFault.Hang)]
    [InlineData(AnswerFault.Stall)]
    [InlineData(AnswerFault.SlowReply)]
    public void A_stop_ends_every_fault(AnswerFault fault)
    {
        var dialog = Dialog.After(Envelope, new ScriptedFilter().At(Stage.Data, new FilterAnswer { Fault = fault, Delay = 1000 }));
        dialog.Say("DATA|x|.|").ShouldStartWith("354");
        dialog.Shutdown();
        dialog.Action.ShouldBe(fault == AnswerFault.Reset ? SessionAction.Reset : SessionAction.Close);

        dialog = Dialog.After(Envelope, new ScriptedFilter().At(Stage.Data, new FilterAnswer { Fault = fault }));
        dialog.Say("DATA|x|.|").ShouldStartWith("354");
        dialog.Shutdown();
        dialog.Action.ShouldBe(fault == AnswerFault.Reset ? SessionAction.Reset : SessionAction.Close);
    }

    [Fact]
    public void A_client_that_leaves_while_its_reply_waits_ends_the_dialog()
    {
        var dialog = Dialog.After(Envelope, new ScriptedFilter().At(Stage.Rcpt, new FilterAnswer { Delay = 1000 }).For("d.example", default));
        dialog.Say("RCPT TO:<x@e.example>|").ShouldBeEmpty();
        dialog.Session.ConnectionEnded(SessionEndReason.ConnectionReset);
        dialog.Session.EndReason.ShouldBe(SessionEndReason.ConnectionReset);
        dialog.Session.Deadline.ShouldBe(long.MaxValue);
        dialog.Observer.Events.ShouldBe(["abandoned 2"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HELO a|QUIT|")]
    [InlineData("HELO a|MAIL FROM:<a@b.example>|RCPT TO:<c@d.example>|")]
    public void The_source_of_filters_hears_once_that_a_dialog_is_over(string lines)
    {
        var dialog = Dialog.After(lines);
        dialog.Filters.Ended.ShouldBeEmpty();
        dialog.Session.ConnectionEnded(SessionEndReason.ClientClosed);
        dialog.Session.ConnectionEnded(SessionEndReason.ClientClosed);
        dialog.Filters.Ended.ShouldBe([1u]);
    }

    [Fact]
    public void The_source_of_filters_hears_nothing_of_a_dialog_in_which_none_was_asked()
    {
        var dialog = new Dialog();
        dialog.Session.ConnectionEnded(SessionEndReason.TlsFailed);
        dialog.Filters.Ended.ShouldBeEmpty();
    }

    [Fact]
    public void Waiting_costs_no_memory_after_the_first_time()
    {
        var filter = new AlwaysLate();
        var session = new SmtpSession(Dialog.Options(), new FilterSwitch(filter), new NullObserver(), null, number: 1);
        var output = new ReplyBuffer();
        var now = new Moment(1000, DateTimeOffset.UnixEpoch);
        Play("HELO a\r\n"u8);
        Transact();

        AllocatedMemory.ByCaller(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                Transact();
            }
        }).ShouldBe(0);

        void Transact()
        {
            Play("MAIL FROM:<a@b.example>\r\n"u8);
            Play("RCPT TO:<c@d.example>\r\n"u8);
            Play("DATA\r\n"u8);
            Play("Message-ID: <x@y>\r\n\r\nText\r\n.\r\n"u8);
        }

        void Play(ReadOnlySpan<byte> octets)
        {
            output.Clear();
            session.Advance(octets, output, now);
            while (session.Deadline < now.Milliseconds + 1000)
            {
                now = new Moment(session.Deadline, now.Utc);
                session.CheckDeadlines(output, now);
            }
        }
    }

    private static ScriptedFilter Delayed(Stage stage, int milliseconds) => new ScriptedFilter().At(stage, new FilterAnswer { Delay = milliseconds });

    private sealed class AlwaysLate : IMailboxFilter
    {
        public int EntryCount => 1;

        public string EntryName(int entry) => "other";

        public int EntryOf(ReadOnlySpan<byte> domain) => 0;

        public FilterAnswer Answer(in SessionFacts facts) => new() { Delay = 100, EndDelay = 200, WantsMessageId = true };
    }
}
