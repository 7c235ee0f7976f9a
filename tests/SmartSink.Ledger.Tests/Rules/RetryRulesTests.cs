using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Smtp.Replies;

namespace SmartSink.Ledger.Tests.Rules;

public sealed class RetryRulesTests
{
    private static readonly Reply NoSuchUser = Simulation.Reply("550 5.1.1 No such user");

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
        judgement.Finding.ShouldBe("Nothing that was refused for good was tried again (40 recipients).");
        judgement.Examples.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_tries_again_after_a_refusal_for_good_fails(double timeScale)
    {
        var judgement = Refuse(SenderHabits.Good with { TriesAfter5xx = 2, FirstWait = 30 }, NoSuchUser, timeScale).Judge("no-retry-after-5xx");

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Fail, 100));
        judgement.Finding.ShouldBe("After a refusal for good, 40 of 40 recipients (100 %) were tried again.");
        judgement.Examples.Count.ShouldBe(3);
        judgement.Examples[0].Reply.ShouldBe("550 5.1.1 No such user");
        judgement.Examples[0].Text.ShouldMatch(@"^tried again \d\d s after the refusal, 2 times in all \(gmail\.com, connection \d+\)$");
    }

    private static Simulation Refuse(SenderHabits habits, Reply reply, double timeScale = 1, double until = 3_600)
    {
        var simulation = new Simulation(timeScale);
        _ = new SimulatedSender(simulation, habits).Sends(new SimulatedProvider("gmail.com") { Answer = (_, _) => reply }, 40, every: 2);
        simulation.Run(until);
        return simulation;
    }
}
