using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Ledger.Tests.Rules;

public sealed class RetryRulesTests
{
    private static readonly Reply NoSuchUser = Simulation.Reply("550 5.1.1 No such user");
    private static readonly Reply Later = Simulation.Reply("451 4.7.1 Come back later");

    public static TheoryData<string> EveryRule => [.. SenderRules.All.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(EveryRule))]
    public void Nothing_seen_is_not_judged(string rule)
    {
        var judgement = new Simulation().Judge(rule);

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.NotSeen, null));
        judgement.Finding.ShouldEndWith(".");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void A_refusal_for_good_is_the_end(double timeScale)
    {
        var judgement = Refuse(SenderHabits.Good, NoSuchUser, timeScale).Judge("no-retry-after-5xx");

        (judgement.Verdict, judgement.Number, judgement.Unit).ShouldBe((Verdict.Pass, 0, "%"));
        judgement.Finding.ShouldBe("No permanently refused recipient was tried again (40 in all).");
        judgement.Examples.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_tries_again_after_a_refusal_for_good_fails(double timeScale)
    {
        var judgement = Refuse(SenderHabits.Good with { TriesAfter5xx = 2, FirstWait = 30 }, NoSuchUser, timeScale).Judge("no-retry-after-5xx");

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Fail, 100));
        judgement.Finding.ShouldBe("Tried again after a permanent refusal: 40 of 40 recipients (100 %).");
        judgement.Examples.Count.ShouldBe(3);
        judgement.Examples[0].Reply.ShouldBe("550 5.1.1 No such user");
        judgement.Examples[0].Text.ShouldMatch(@"^tried again \d\d s after the refusal, 2 times in all \(gmail\.com, connection \d+\)$");
    }

    [Fact]
    public void An_example_names_the_client_where_the_policy_has_its_placeholder()
    {
        var blocked = Simulation.Reply("550 5.7.1 [{client_ip}] is blocked ({id})");

        var judgement = Refuse(SenderHabits.Good with { TriesAfter5xx = 2, FirstWait = 30 }, blocked).Judge("no-retry-after-5xx");

        judgement.Examples[0].Reply.ShouldBe("550 5.7.1 [192.0.2.1] is blocked ({id})");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void What_is_deferred_comes_again(double timeScale)
    {
        var judgement = Defer(SenderHabits.Good, times: 2, timeScale: timeScale).Judge("retries-4xx");

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Pass, 100));
        judgement.Finding.ShouldBe("No temporarily refused recipient was given up (40 in all).");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Mail_that_does_not_come_again_is_given_up(double timeScale)
    {
        var judgement = Defer(SenderHabits.Good with { GivesUpAfter = 2 }, times: 9, timeScale: timeScale).Judge("retries-4xx");

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Fail, 0));
        judgement.Finding.ShouldBe("Given up after a temporary refusal: 40 of 40 recipients (100 %).");
        judgement.Examples[0].Text.ShouldMatch(@"^tried 2 times, then nothing for 8\.\d h \(gmail\.com\)$");
        judgement.Examples[0].Reply.ShouldBe("451 4.7.1 Come back later");
    }

    [Fact]
    public void Mail_that_has_time_to_come_again_is_neither_kept_nor_lost()
    {
        var judgement = Defer(SenderHabits.Good with { GivesUpAfter = 1 }, times: 9, until: 2_700).Judge("retries-4xx");

        (judgement.Verdict, judgement.Finding).ShouldBe((Verdict.NotSeen, "No temporarily refused recipient is overdue yet; 40 recipients may still be retried."));
    }

    [Fact]
    public void One_recipient_in_many_that_is_given_up_warns()
    {
        var simulation = new Simulation();
        var provider = new SimulatedProvider("gmail.com") { Answer = (_, mail) => mail.Tries == 0 ? Later : null };
        _ = new SimulatedSender(simulation, SenderHabits.Good).Sends(provider, 199);
        _ = new SimulatedSender(simulation, SenderHabits.Good with { GivesUpAfter = 1, FirstNumber = 1_000 }).Sends(provider, 1);
        simulation.Run(30_000);

        (simulation.Judge("retries-4xx").Verdict, simulation.Judge("retries-4xx").Number).ShouldBe((Verdict.Warn, 99.5));
    }

    [Theory]
    [InlineData(60, nameof(Verdict.Fail))]
    [InlineData(90_000, nameof(Verdict.Pass))]
    public void Mail_that_is_returned_at_once_was_given_up(int seconds, string verdict)
    {
        var tried = new MailTry { At = 1_000, Number = 5, Outcome = Outcome.TempFail, Reply = -1 };
        var history = new Simulation().History() with
        {
            Items = [new MailItem(new[] { tried })],
            Bounces = [new BounceFact { At = 1_000 + (seconds * 1_000L), Number = 5 }],
            Until = 200_000_000,
        };

        new Retries4xx().Judge(history, Simulation.Context()).Verdict.ToString().ShouldBe(verdict);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Waits_that_grow_and_differ_pass(double timeScale)
    {
        var judgement = Defer(SenderHabits.Good, times: 5, timeScale: timeScale).Judge("backs-off");

        judgement.Verdict.ShouldBe(Verdict.Pass, judgement.Finding);
        judgement.Finding.ShouldMatch(@"^The first retry came after [\d.]+ min \(median of 40 recipients, the shortest 4\.\d min\); waits grew for 40 of 40 recipients \(100 %\) tried more than twice\.$");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(60, 1)]
    [InlineData(1, 30)]
    [InlineData(60, 30)]
    public void Who_comes_again_at_once_or_soon_and_never_waits_longer_fails(double timeScale, double wait)
    {
        var judgement = Defer(SenderHabits.Good with { FirstWait = wait, Growth = 1 }, times: 9, timeScale: timeScale).Judge("backs-off");

        judgement.Verdict.ShouldBe(Verdict.Fail, judgement.Finding);
        judgement.Examples.Count.ShouldBe(3);
        judgement.Examples[0].Reply.ShouldBe("451 4.7.1 Come back later");
    }

    [Theory]
    [InlineData(300, 1, 2, nameof(Verdict.Pass))] // two waits show no growth
    [InlineData(300, 1, 5, nameof(Verdict.Warn))]
    [InlineData(900, 1, 5, nameof(Verdict.Pass))] // as Exim in its first two hours
    [InlineData(30, 4, 3, nameof(Verdict.Warn))]
    [InlineData(300, 0.5, 3, nameof(Verdict.Warn))]
    [InlineData(400, 4, 3, nameof(Verdict.Pass))] // as OpenSMTPD
    public void Waits_are_weighed(double first, double growth, int times, string verdict)
    {
        var judgement = Defer(SenderHabits.Good with { FirstWait = first, Growth = growth, Jitter = 0.05 }, times).Judge("backs-off");

        judgement.Verdict.ToString().ShouldBe(verdict, judgement.Finding);
    }

    [Fact]
    public void A_herd_that_comes_back_in_one_second_warns()
    {
        var simulation = new Simulation();
        var provider = new SimulatedProvider("gmail.com") { Answer = (now, _) => now < 60 ? Later : null };
        _ = new SimulatedSender(simulation, SenderHabits.Good with { Jitter = 0, Connections = 20 }).Sends(provider, 200);
        simulation.Run(3_600);

        var judgement = simulation.Judge("backs-off");

        judgement.Verdict.ShouldBe(Verdict.Warn);
        judgement.Finding.ShouldEndWith("; 200 recipients refused within one second were all retried within one second.");
    }

    [Theory]
    [InlineData(true, "451 4.7.1 Come back later", nameof(Verdict.NotSeen))] // the next of the provider's hosts
    [InlineData(false, "451 4.7.1 Come back later", nameof(Verdict.Fail))] // the same connection
    [InlineData(false, "452 4.5.3 Too many recipients", nameof(Verdict.NotSeen))] // the rest of them
    [InlineData(true, "451 4.7.30 TLS is needed", nameof(Verdict.NotSeen))]
    public void A_second_try_at_once_is_a_fault_only_where_nothing_asks_for_it(bool isOtherConnection, string text, string verdict)
    {
        var reply = Simulation.Reply(text);
        var tried = new MailTry { At = 5_000, Number = 1, Connection = 1, Reply = -1, Outcome = Outcome.TempFail, Label = reply.Label };
        var again = tried with { At = 5_200, Connection = isOtherConnection ? 2u : 1u, Outcome = Outcome.Accepted };
        var history = new Simulation().History() with { Items = [new MailItem(new[] { tried, again })] };

        new BacksOff().Judge(history, Simulation.Context()).Verdict.ToString().ShouldBe(verdict);
    }

    [Fact]
    public void An_example_of_a_short_wait_shows_the_refusal_that_it_followed()
    {
        var simulation = new Simulation(1);
        _ = new SimulatedSender(simulation, SenderHabits.Bad).Sends(new SimulatedProvider("gmail.com") { Answer = (_, mail) => mail.Tries == 0 ? NoSuchUser : Later }, 40, every: 2);
        simulation.Run(3_600);

        var judgement = simulation.Judge("backs-off");

        (judgement.Verdict, judgement.Examples.Count).ShouldBe((Verdict.Fail, 3));
        judgement.Examples.ShouldAllBe(example => example.Reply == "451 4.7.1 Come back later");
    }

    private static Simulation Defer(SenderHabits habits, int times, double timeScale = 1, double until = 30_000)
    {
        var simulation = new Simulation(timeScale);
        _ = new SimulatedSender(simulation, habits).Sends(new SimulatedProvider("gmail.com") { Answer = (_, mail) => mail.Tries < times ? Later : null }, 40, every: 2);
        simulation.Run(until);
        return simulation;
    }

    private static Simulation Refuse(SenderHabits habits, Reply reply, double timeScale = 1, double until = 3_600)
    {
        var simulation = new Simulation(timeScale);
        _ = new SimulatedSender(simulation, habits).Sends(new SimulatedProvider("gmail.com") { Answer = (_, _) => reply }, 40, every: 2);
        simulation.Run(until);
        return simulation;
    }
}
