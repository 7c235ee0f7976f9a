using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Tests.Rules;

public sealed class ConnectionRulesTests
{
    private static readonly Reply Closing = Simulation.Reply("421 4.3.2 Service not available");
    private static readonly Reply Refused = Simulation.Reply("554 5.7.1 No service for you");

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_stays_away_after_a_421_passes(double timeScale)
    {
        var judgement = Shut(SenderHabits.Good, timeScale).Judge("honours-421");

        judgement.Verdict.ShouldBe(Verdict.Pass, judgement.Finding);
        judgement.Finding.ShouldMatch(@"^At most \d connections? got another 421 in the (60 s|5 min) after one; commands followed a 421 in 0 of \d+ connections \(0 %\)\.$");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_goes_on_after_a_421_fails(double timeScale)
    {
        var judgement = Shut(SenderHabits.Good with { SlowsDown = false, Pause = 0.5 }, timeScale).Judge("honours-421");

        judgement.Verdict.ShouldBe(Verdict.Fail, judgement.Finding);
        judgement.Examples[0].Reply.ShouldBe("421 4.3.2 Service not available");
        judgement.Examples[0].Text.ShouldContain("turned away in the");
    }

    [Fact]
    public void Who_speaks_behind_a_421_fails()
    {
        var judgement = Shut(SenderHabits.Good with { SpeaksBehind421 = 1 }).Judge("honours-421");

        judgement.Verdict.ShouldBe(Verdict.Fail);
        judgement.Examples[0].Text.ShouldMatch(@"^1 command after the 421 \(gmail\.com, connection \d+\)$");
    }

    [Fact]
    public void A_421_that_ends_a_long_connection_asks_for_the_next()
    {
        var simulation = new Simulation();
        var messages = 0;
        var provider = new SimulatedProvider("gmail.com") { Answer = (_, _) => ++messages % 5 == 0 ? Closing : null };
        _ = new SimulatedSender(simulation, SenderHabits.Good with { SlowsDown = false, Pause = 0, Connections = 1 }).Sends(provider, 500, every: 0.02);
        simulation.Run(3_600);

        simulation.Judge("honours-421").Verdict.ShouldBe(Verdict.Pass);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_comes_again_later_makes_no_storm(double timeScale)
    {
        var judgement = Shut(SenderHabits.Good, timeScale).Judge("no-storm");

        judgement.Verdict.ShouldBe(Verdict.Pass, judgement.Finding);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(60, false)]
    [InlineData(1, true)]
    public void Who_connects_again_and_again_makes_a_storm(double timeScale, bool isForGood)
    {
        var judgement = Shut(SenderHabits.Good with { SlowsDown = false, Pause = 0.5 }, timeScale, isForGood ? Refused : Closing).Judge("no-storm");

        judgement.Verdict.ShouldBe(Verdict.Fail, judgement.Finding);
        judgement.Examples[0].Reply.ShouldBe(isForGood ? "554 5.7.1 No service for you" : "421 4.3.2 Service not available");
    }

    [Theory]
    [InlineData(0, nameof(Verdict.Pass))]
    [InlineData(1, nameof(Verdict.Warn))]
    [InlineData(3, nameof(Verdict.Fail))]
    public void Connections_without_a_transaction_are_counted(int empty, string verdict)
    {
        var judgement = Deliver(SenderHabits.Good with { EmptyConnections = empty, ReusesConnections = false }).Judge("no-storm");

        judgement.Verdict.ToString().ShouldBe(verdict, judgement.Finding);
        judgement.Examples.Count.ShouldBe(empty == 0 ? 0 : 3);
    }

    [Fact]
    public void A_few_connections_for_nothing_are_no_storm()
    {
        var dialogs = Enumerable.Range(0, 19).Select(number => new DialogFact { Connection = (uint)number, BeganAt = number, EndedAt = number, RefusedReply = -1, ShutAt = -1, Reason = SessionEndReason.Quit });

        new NoStorm().Judge(new Simulation().History() with { Dialogs = [.. dialogs] }, Simulation.Context()).Verdict.ShouldBe(Verdict.Pass);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_uses_a_connection_again_passes(double timeScale)
    {
        var judgement = Deliver(SenderHabits.Good, timeScale).Judge("reuses-connections");

        judgement.Verdict.ShouldBe(Verdict.Pass, judgement.Finding);
        judgement.Number!.Value.ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_opens_one_for_each_message_fails(double timeScale)
    {
        var judgement = Deliver(SenderHabits.Good with { ReusesConnections = false }, timeScale).Judge("reuses-connections");

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Fail, 1), judgement.Finding);
        judgement.Examples[0].Text.ShouldMatch(@"^connection \d+ ended after 1 message, connection \d+ began \d+ m?s later \(gmail\.com\)$");
    }

    [Fact]
    public void A_provider_that_takes_one_message_a_connection_leaves_no_choice() =>
        Deliver(SenderHabits.Good with { ReusesConnections = false }).Judge("reuses-connections", new ProviderLimits(null, 1, null)).Verdict.ShouldBe(Verdict.Pass);

    [Fact]
    public void Who_has_a_message_now_and_then_needs_one_for_each()
    {
        var simulation = new Simulation();
        _ = new SimulatedSender(simulation, SenderHabits.Good with { ReusesConnections = false }).Sends(new SimulatedProvider("gmail.com"), 50, every: 30);
        simulation.Run(3_600);

        simulation.Judge("reuses-connections").Verdict.ShouldBe(Verdict.Pass);
    }

    [Theory]
    [InlineData(2, nameof(Verdict.Pass))]
    [InlineData(120, nameof(Verdict.Warn))]
    [InlineData(400, nameof(Verdict.Fail))]
    public void A_connection_is_not_left_open_without_work(double lingers, string verdict)
    {
        var judgement = Deliver(SenderHabits.Good with { Lingers = lingers }).Judge("reuses-connections");

        judgement.Verdict.ToString().ShouldBe(verdict, judgement.Finding);
    }

    // A provider that takes mail for a minute, and turns all away for five.
    private static Simulation Shut(SenderHabits habits, double timeScale = 1, Reply? reply = null)
    {
        var simulation = new Simulation(timeScale);
        static bool IsShut(double now) => now is > 60 and < 360;
        var provider = new SimulatedProvider("gmail.com") { Greet = (now, _) => IsShut(now) ? reply ?? Closing : null, Answer = (now, _) => IsShut(now) ? Closing : null };
        _ = new SimulatedSender(simulation, habits).Sends(provider, 600, every: 0.5);
        simulation.Run(7_200);
        return simulation;
    }

    private static Simulation Deliver(SenderHabits habits, double timeScale = 1)
    {
        var simulation = new Simulation(timeScale);
        _ = new SimulatedSender(simulation, habits).Sends(new SimulatedProvider("gmail.com"), 100, every: 0.2);
        simulation.Run(3_600);
        return simulation;
    }
}
