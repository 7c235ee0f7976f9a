using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Tests.Rules;

public sealed class DeliveryRulesTests
{
    private const long Hour = 3_600_000;

    private static readonly SenderHistory Nothing = new()
    {
        Sender = new LedgerSender("192.0.2.1/32", string.Empty),
        Since = 0,
        Until = 24 * Hour,
        Accepted = 1_000,
        Providers = ["gmail.com"],
        Replies = ["451 4.7.1 later", "550 5.1.1 no"],
    };

    private static readonly RunFact Whole = new() { Run = "r1", Lowest = 0, Highest = 999 };

    private static readonly DialogFact Quit = new() { Connection = 1, BeganAt = 0, EndedAt = Hour, Reason = SessionEndReason.Quit, RefusedReply = -1, ShutAt = -1 };

    private static readonly MailTry Later = new() { At = Hour, Mail = 7, Message = 70, Number = 7, Connection = 3, Outcome = Outcome.TempFail };

    private static readonly MailTry Never = Later with { Outcome = Outcome.PermFail, Reply = 1 };

    private static readonly BounceFact Bounce = new() { At = 2 * Hour, Message = 70, Number = 7, Connection = 9 };

    [Fact]
    public void What_comes_once_is_no_duplicate()
    {
        var judgement = Judge("no-duplicates", Nothing);

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Pass, 0));
        judgement.Finding.ShouldBe("Nothing was sent again after its 250 (1,000 recipients accepted).");
    }

    [Fact]
    public void What_comes_again_after_an_answer_fails()
    {
        var judgement = Judge("no-duplicates", Nothing with { Duplicates = [new DuplicateFact { At = Hour, Number = 17, Connection = 4 }, new DuplicateFact { At = 1, IsExcused = true }] });

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Fail, 1));
        judgement.Finding.ShouldBe("Sent again after the 250: 1 recipient (1,000 accepted in all). Sent again after a lost 250: 1 recipient.");
        judgement.Examples[0].Text.ShouldBe("message 17 accepted again (gmail.com, connection 4)");
    }

    [Fact]
    public void What_comes_again_after_a_lost_answer_only_warns() =>
        Judge("no-duplicates", Nothing with { Duplicates = [new DuplicateFact { Number = 17, IsExcused = true }] }).Verdict.ShouldBe(Verdict.Warn);

    [Fact]
    public void A_run_that_came_whole_lost_nothing()
    {
        var judgement = Judge("no-loss", Nothing with { Runs = [Whole], Items = [Item(Later, Later with { At = 2 * Hour, Outcome = Outcome.Accepted, Reply = -1 }), Item(Never)], Dialogs = [Quit] });

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Pass, 0));
        judgement.Finding.ShouldBe("None of 1,000 messages was lost.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Numbers_that_never_came_are_lost(double timeScale)
    {
        var run = Whole with { Missing = 2, MissingNumbers = [17, 25] };

        var judgement = Judge("no-loss", Scaled(Nothing with { Runs = [run], Dialogs = [Quit] }, timeScale));

        (judgement.Verdict, judgement.Number, judgement.Unit).ShouldBe((Verdict.Fail, 2, "messages"));
        judgement.Finding.ShouldBe("2 of 1,000 messages got no final answer: 2 numbers of 1 run never arrived.");
        judgement.Examples.Single().Text.ShouldBe("missing from run r1: 17, 25");
    }

    [Fact]
    public void Numbers_may_be_on_their_way_while_the_sender_is_at_work_or_was_turned_away_not_long_ago()
    {
        var history = Nothing with { Runs = [Whole with { Missing = 2, MissingNumbers = [17, 25] }] };
        DialogFact[] hints =
        [
            Quit with { EndedAt = -1, Reason = SessionEndReason.None },
            Quit with { EndedAt = (24 * Hour) - 60_000 },
            Quit with { EndedAt = (23 * Hour) + (Hour / 2), RefusedReply = 0, RefusedAt = Stage.Connect },
            Quit with { EndedAt = (23 * Hour) + (Hour / 2), Reason = SessionEndReason.Fault },
            Quit with { EndedAt = (23 * Hour) + (Hour / 2), Tls = TlsUse.Failed },
        ];
        foreach (var hint in hints)
        {
            var judgement = Judge("no-loss", history with { Dialogs = [Quit, hint] });

            (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Warn, 0), hint.ToString());
            judgement.Finding.ShouldBe("None of 1,000 messages was lost. Not yet arrived: 2 numbers.");
        }
    }

    [Fact]
    public void A_sender_that_only_leaves_without_QUIT_has_no_excuse() =>
        Judge("no-loss", Nothing with { Runs = [Whole with { Missing = 2 }], Dialogs = [Quit, Quit with { EndedAt = (23 * Hour) + (Hour / 2), Reason = SessionEndReason.ClientClosed }] }).Verdict.ShouldBe(Verdict.Fail);

    [Fact]
    public void A_run_of_which_something_was_forgotten_proves_nothing() =>
        Judge("no-loss", Nothing with { Runs = [Whole with { Missing = 2, IsPartial = true }], Dialogs = [Quit] }).Verdict.ShouldBe(Verdict.Pass);

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Mail_that_was_given_up_without_a_bounce_is_lost(double timeScale)
    {
        var judgement = Judge("no-loss", Scaled(Nothing with { Items = [Item(Later with { Number = -1 }, Later with { At = 2 * Hour, Number = -1 })] }, timeScale));

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Fail, 1));
        judgement.Finding.ShouldBe("1 of 1 message got no final answer: 1 temporarily refused recipient was neither retried nor returned.");
        judgement.Examples.Single().Text.ShouldBe("a message neither retried nor returned in 22 h (gmail.com, 2 attempts)");
        judgement.Examples.Single().Reply.ShouldBe("451 4.7.1 later");
    }

    [Fact]
    public void Mail_that_was_given_up_and_returned_is_not_lost_nor_that_which_may_come_again()
    {
        Judge("no-loss", Nothing with { Items = [Item(Later)], Bounces = [Bounce with { At = 20 * Hour }] }).Verdict.ShouldBe(Verdict.Pass);

        var pending = Judge("no-loss", Nothing with { Items = [Item(Later with { At = (23 * Hour) + (Hour / 2) })] });
        (pending.Verdict, pending.Finding).ShouldBe((Verdict.Pass, "None of 1 message was lost. 1 temporarily refused recipient may still be retried."));
    }

    [Fact]
    public void A_bounce_for_each_recipient_is_right()
    {
        var judgement = Judge("bounces-once", Nothing with
        {
            Items = [Item(Never), Item(Never with { Mail = 8 }), Item(Never with { Mail = 9, Message = 90, Number = 9 })],
            Bounces = [Bounce, Bounce with { At = 3 * Hour }, Bounce with { Message = 90, Number = 9 }],
        });

        (judgement.Verdict, judgement.Number, judgement.Finding).ShouldBe((Verdict.Pass, 0, "2 messages bounced, each once."));
    }

    [Fact]
    public void A_second_bounce_for_one_recipient_fails()
    {
        var judgement = Judge("bounces-once", Nothing with { Items = [Item(Never)], Bounces = [Bounce, Bounce with { At = 3 * Hour, Connection = 12 }, Bounce with { Message = 90 }] });

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Fail, 1));
        judgement.Finding.ShouldBe("1 of 2 returned messages (50 %) bounced more than once.");
        judgement.Examples.Single().Text.ShouldBe("message 7 returned 2 times, again after 60 min (connection 12)");
    }

    [Fact]
    public void A_second_one_may_be_a_notice_of_delay_or_follow_a_lost_answer()
    {
        var twice = Nothing with { Bounces = [Bounce, Bounce with { At = 3 * Hour }] };

        Judge("bounces-once", twice with { Items = [Item(Later, Never)] }).Verdict.ShouldBe(Verdict.Warn);
        Judge("bounces-once", twice with { Bounces = [Bounce with { IsReplyLost = true }, Bounce with { At = 3 * Hour }] }).Verdict.ShouldBe(Verdict.Pass);
        Judge("bounces-once", twice with { Dialogs = [Quit with { Connection = Bounce.Connection, LastActiveAt = Bounce.At, Reason = SessionEndReason.Fault }] }).Verdict.ShouldBe(Verdict.Pass);
        Judge("bounces-once", twice with { Dialogs = [Quit with { Connection = Bounce.Connection, LastActiveAt = Bounce.At }] }).Verdict.ShouldBe(Verdict.Fail);
    }

    [Fact]
    public void Bounces_that_do_not_tell_what_they_return_are_not_judged() =>
        Judge("bounces-once", Nothing with { Bounces = [Bounce with { Message = 0 }, Bounce with { Message = 0 }] }).Verdict.ShouldBe(Verdict.NotSeen);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_ledger_keeps_of_a_good_sender_passes_and_of_a_bad_one_fails(bool isGood)
    {
        var host = new LedgerHost();
        var connection = 0u;
        for (var number = 0; number < 100; number++)
        {
            Bring(number, number is >= 10 and < 20 ? LedgerHost.Later : number is >= 20 and < 25 ? LedgerHost.Never : null, isLost: number == 50);
        }
        host.Now += 900_000;
        foreach (var number in isGood ? [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 50] : new[] { 10, 40, 50, 60 })
        {
            Bring(number);
        }
        foreach (var number in isGood ? [20, 21, 22, 23, 24] : new[] { 20, 21, 21, 22 })
        {
            Return(number, isLost: number == 22);
        }
        Return(22);
        host.Now += 24 * Hour;

        var history = host.ReadOne();

        string[] rules = ["no-duplicates", "no-loss", "bounces-once"];
        rules.Select(rule => Judge(rule, history)).Select(judgement => (judgement.Verdict, judgement.Number, judgement.Finding)).ShouldBe(isGood
            ?
            [
                (Verdict.Warn, 0, "Nothing was sent again after its 250 (102 recipients accepted). Sent again after a lost 250: 1 recipient."),
                (Verdict.Pass, 0, "None of 100 messages was lost."),
                (Verdict.Pass, 0, "5 messages bounced, each once."),
            ]
            :
            [
                (Verdict.Fail, 2, "Sent again after the 250: 2 recipients (93 accepted in all). Sent again after a lost 250: 1 recipient."),
                (Verdict.Fail, 10, "10 of 100 messages got no final answer: 1 number of 1 run never arrived, 9 temporarily refused recipients were neither retried nor returned."),
                (Verdict.Fail, 1, "1 of 3 returned messages (33.3 %) bounced more than once."),
            ]);

        void Bring(int number, Smtp.Replies.Reply? refusal = null, bool isLost = false)
        {
            if (isGood || number != 70)
            {
                host.Connect(++connection);
                host.Send(connection, (ulong)number + 1, new RunNumber("r1", number), refusal: refusal, isLost: isLost);
                host.Close(connection);
                host.Now += 100;
            }
        }

        void Return(int number, bool isLost = false)
        {
            host.Connect(++connection);
            host.Mail(connection, isBounce: true);
            host.Rcpt(connection, 500, run: new RunNumber("r1", number));
            host.Data(connection, run: new RunNumber("r1", number), isLost: isLost, replies: [null]);
            host.Close(connection);
            host.Now += 100;
        }
    }

    private static MailItem Item(params MailTry[] tries) => new(tries);

    private static Judgement Judge(string rule, SenderHistory history) => SenderRules.Find(rule)!.Judge(history, Simulation.Context());

    // The same a number of times faster.
    private static SenderHistory Scaled(SenderHistory history, double timeScale)
    {
        return history with
        {
            Policy = PolicyCourse.Of(timeScale),
            Until = At(history.Until),
            Dialogs = [.. history.Dialogs.Select(dialog => dialog with { BeganAt = At(dialog.BeganAt), EndedAt = At(dialog.EndedAt) })],
            Items = [.. history.Items.Select(item => Item([.. item.Tries.ToArray().Select(tried => tried with { At = At(tried.At) })]))],
        };

        long At(long at) => (long)(at / timeScale);
    }
}
