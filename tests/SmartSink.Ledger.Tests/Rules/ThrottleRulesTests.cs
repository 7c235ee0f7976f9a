using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Smtp.Replies;

namespace SmartSink.Ledger.Tests.Rules;

public sealed class ThrottleRulesTests
{
    private static readonly Reply TooFast = Simulation.Reply("450 4.7.28 Too much mail from you, slow down");
    private static readonly Reply TooMany = Simulation.Reply("421 4.7.0 Too many connections");
    private static readonly Reply Later = Simulation.Reply("451 4.3.0 Out of order");
    private static readonly ProviderLimits Three = new(3, null, null);

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_slows_down_passes(double timeScale)
    {
        var judgement = Throttle(SenderHabits.Good, timeScale).Judge("slows-down");

        judgement.Verdict.ShouldBe(Verdict.Pass, judgement.Finding);
        judgement.Number!.Value.ShouldBeLessThan(20);
        judgement.Finding.ShouldContain("; mail was accepted again after ");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_goes_on_as_before_fails(double timeScale)
    {
        var judgement = Throttle(SenderHabits.Good with { SlowsDown = false }, timeScale).Judge("slows-down");

        judgement.Verdict.ShouldBe(Verdict.Fail, judgement.Finding);
        judgement.Number!.Value.ShouldBeGreaterThan(80);
        judgement.Examples[0].Reply.ShouldBe("450 4.7.28 Too much mail from you, slow down");
    }

    [Fact]
    public void Who_does_not_come_back_after_a_throttle_is_warned() =>
        Throttle(SenderHabits.Good with { GivesUpAfter = 1 }, until: 12_000).Judge("slows-down").Verdict.ShouldBe(Verdict.Warn);

    [Theory]
    [InlineData(10, false)]
    [InlineData(1, true)]
    public void A_message_now_and_then_is_no_rate(int every, bool isRate)
    {
        var history = new SenderHistory
        {
            Sender = new LedgerSender("192.0.2.1/32", string.Empty),
            Since = 0,
            Until = 600_000,
            Providers = ["gmail.com"],
            Seconds = [new ProviderSecond { Connections = 1 }, .. Enumerable.Range(0, 180 / every).Select(index => new ProviderSecond { At = 60_000 + (index * every * 1000), TempFailed = 1, Throttled = 1 })],
        };

        SenderRules.Find("slows-down")!.Judge(history, new RuleContext(new RuleSettings(), DateTimeOffset.FromUnixTimeMilliseconds)).Verdict.ShouldBe(isRate ? Verdict.Fail : Verdict.Pass);
    }

    [Fact]
    public void A_throttle_of_just_now_says_nothing() =>
        Throttle(SenderHabits.Good, until: 110).Judge("slows-down").Finding.ShouldBe("The sender has only just been throttled.");

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_learns_a_limit_is_warned_of_what_came_before(double timeScale)
    {
        var judgement = Limit(SenderHabits.Good with { Connections = 10 }, timeScale).Judge("keeps-limits", Three);

        judgement.Verdict.ShouldBe(Verdict.Warn, judgement.Finding);
        judgement.Finding.ShouldBe("The sender exceeded 1 of 1 limit, but learned from it.");
        judgement.Examples[0].Text.ShouldMatch(@"^\d+ connections at once where 3 are allowed, \d+ times \(gmail\.com\)$");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_goes_on_beyond_a_limit_fails(double timeScale)
    {
        var judgement = Limit(SenderHabits.Good with { Connections = 10, SlowsDown = false, Pause = 5 }, timeScale).Judge("keeps-limits", Three);

        judgement.Verdict.ShouldBe(Verdict.Fail, judgement.Finding);
        judgement.Number!.Value.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Who_stays_below_every_limit_passes()
    {
        var judgement = Limit(SenderHabits.Good with { Connections = 2 }).Judge("keeps-limits", new ProviderLimits(3, 100_000, 100));

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Pass, 0));
        judgement.Finding.ShouldBe("The sender stayed within all 3 limits.");
    }

    [Theory]
    [InlineData(20, 1, nameof(Verdict.Pass))]
    [InlineData(21, 1, nameof(Verdict.Fail))]
    [InlineData(1, 11, nameof(Verdict.Fail))]
    public void Messages_and_recipients_have_limits_too(int messages, int recipients, string verdict)
    {
        var dialogs = Enumerable.Range(0, 20).Select(number => new DialogFact { BeganAt = number * 30_000, EndedAt = 600_000, RefusedReply = -1, ShutAt = -1, Transactions = messages, MostRecipients = recipients });
        var history = new Simulation().History() with
        {
            Dialogs = [.. dialogs],
            Providers = ["yahoo.com"],
            Until = 700_000,
            Policy = PolicyCourse.Of(1, KeyValuePair.Create("yahoo.com", new ProviderLimits(null, 20, 10))),
        };

        var judgement = new KeepsLimits().Judge(history, Simulation.Context());

        judgement.Verdict.ToString().ShouldBe(verdict, judgement.Finding);
    }

    [Fact]
    public void A_provider_without_limits_says_nothing() => Limit(SenderHabits.Good).Judge("keeps-limits").Verdict.ShouldBe(Verdict.NotSeen);

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Mail_to_others_goes_on_while_one_provider_is_down(double timeScale)
    {
        var judgement = Down(SenderHabits.Good, timeScale).Judge("isolation");

        judgement.Verdict.ShouldBe(Verdict.Pass, judgement.Finding);
        judgement.Number!.Value.ShouldBeGreaterThan(0.9);
    }

    [Theory]
    [InlineData(1, 120)]
    [InlineData(60, 120)]
    [InlineData(1, 0)]
    public void Who_waits_for_a_provider_that_is_down_holds_up_the_others(double timeScale, double from)
    {
        var judgement = Down(SenderHabits.Good with { HasOneQueue = true, FirstWait = 60 }, timeScale, from).Judge("isolation");

        judgement.Verdict.ShouldBe(Verdict.Fail, judgement.Finding);
        judgement.Examples[0].Text.ShouldStartWith("gmail.com refused most mail for ");
    }

    [Fact]
    public void A_load_that_ends_while_a_provider_is_down_is_not_held_up()
    {
        var judgement = Down(SenderHabits.Good, messages: 400).Judge("isolation");

        judgement.Verdict.ShouldBe(Verdict.Pass, judgement.Finding);
    }

    [Fact]
    public void Without_mail_to_others_there_is_nothing_to_hold_up() => Down(SenderHabits.Good, messages: 0).Judge("isolation").Verdict.ShouldBe(Verdict.NotSeen);

    // A provider that takes two messages a second, after a minute and a half in which it takes all.
    private static Simulation Throttle(SenderHabits habits, double timeScale = 1, double until = 3_600)
    {
        var simulation = new Simulation(timeScale);
        var tokens = (Count: 0.0, At: 0.0);
        var provider = new SimulatedProvider("gmail.com")
        {
            Answer = (now, _) =>
            {
                tokens = (Math.Min(5, tokens.Count + ((now - tokens.At) / 2)), now);
                var isTaken = now is < 90 or > 900 || tokens.Count >= 1;
                tokens.Count -= isTaken && now >= 90 ? 1 : 0;
                return isTaken ? null : TooFast;
            },
        };
        _ = new SimulatedSender(simulation, habits).Sends(provider, 4_000, every: 0.25);
        simulation.Run(until);
        return simulation;
    }

    // A hundred messages every half minute, for a provider that takes three connections.
    private static Simulation Limit(SenderHabits habits, double timeScale = 1)
    {
        var simulation = new Simulation(timeScale);
        var provider = new SimulatedProvider("gmail.com") { Greet = (_, open) => open > 3 ? TooMany : null };
        var sender = new SimulatedSender(simulation, habits);
        for (var minute = 0; minute < 20; minute++)
        {
            _ = sender.Sends(provider, 100, from: minute * 60).Sends(provider, 100, from: (minute * 60) + 30);
        }
        simulation.Run(1_500);
        return simulation;
    }

    private static Simulation Down(SenderHabits habits, double timeScale = 1, double from = 120, int messages = 1_200)
    {
        var simulation = new Simulation(timeScale);
        var gmail = new SimulatedProvider("gmail.com") { Answer = (now, _) => now >= from && now < from + 600 ? Later : null };
        _ = new SimulatedSender(simulation, habits).Sends(gmail, 1_200).Sends(new SimulatedProvider("yahoo.com"), messages, every: 1).Sends(gmail, 600, every: 1.5);
        simulation.Run(5_000);
        return simulation;
    }
}
