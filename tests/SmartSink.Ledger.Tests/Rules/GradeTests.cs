using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;

namespace SmartSink.Ledger.Tests.Rules;

/// <summary>What a good and a bad sender come to when a provider, one of three, is difficult.</summary>
public sealed class GradeTests
{
    private static readonly ProviderLimits Limits = new(8, 100, 100);

    private static readonly Dictionary<string, Action<SimulatedProvider>> Troubles = new()
    {
        ["nothing"] = _ => { },
        ["greylisting"] = provider =>
        {
            var first = new Dictionary<long, double>();
            provider.Answer = (now, mail) => now - (first.TryGetValue(mail.Number, out var seen) ? seen : first[mail.Number] = now) < 240 ? Simulation.Reply("450 4.7.1 Greylisted") : null;
        },
        ["throttle"] = provider =>
        {
            var tokens = (Count: 0.0, At: 0.0);
            provider.Answer = (now, _) =>
            {
                tokens = (Math.Min(20, tokens.Count + ((now - tokens.At) / 2)), now);
                tokens.Count -= tokens.Count >= 1 ? 1 : 0;
                return now is < 60 or > 900 || tokens.Count > 0 ? null : Simulation.Reply("421 4.7.28 Too much mail, slow down");
            };
        },
        ["down"] = provider => provider.Answer = (now, _) => now is > 120 and < 720 ? Simulation.Reply("451 4.3.0 Out of order") : null,
        ["closed"] = provider => Close(provider, 720, "421 4.3.2 Not now"),
        ["block"] = provider => Close(provider, 3_720, "554 5.7.1 Blocked"),
        ["few places"] = provider => provider.Greet = (_, open) => open > 8 ? Simulation.Reply("421 4.7.0 Too many connections") : null,
        ["hard bounces"] = provider => provider.Answer = (_, mail) => mail.Number % 10 == 0 ? Simulation.Reply("550 5.1.1 No such user") : null,
        ["soft bounces"] = provider => provider.Answer = (_, mail) => (mail.Number + mail.Tries) % 4 == 0 ? Simulation.Reply("452 4.2.2 Mailbox full") : null,
    };

    public static TheoryData<string, double> Cases
    {
        get
        {
            var cases = new TheoryData<string, double>();
            foreach (var trouble in Troubles.Keys)
            {
                cases.Add(trouble, 1);
                cases.Add(trouble, 60);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_good_sender_gets_an_A(string trouble, double timeScale)
    {
        var report = ReportOf(SenderHabits.Good, trouble, timeScale);

        report.Grade.ShouldBe("A", string.Join('\n', report.Rules.Where(rule => rule.Verdict > Verdict.Pass).Select(rule => $"{rule.Rule} {rule.Verdict}: {rule.Finding}")));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_bad_sender_gets_an_F(string trouble, double timeScale) => ReportOf(SenderHabits.Bad, trouble, timeScale).Grade.ShouldBe("F");

    private static void Close(SimulatedProvider provider, double until, string greeting)
    {
        provider.Greet = (now, _) => now > 120 && now < until ? Simulation.Reply(greeting) : null;
        provider.Answer = (now, _) => now > 120 && now < until ? Simulation.Reply("421 4.3.2 Not now") : null;
    }

    private static SenderReport ReportOf(SenderHabits habits, string trouble, double timeScale)
    {
        var simulation = new Simulation(timeScale);
        var gmail = new SimulatedProvider("gmail.com");
        Troubles[trouble](gmail);
        _ = new SimulatedSender(simulation, habits)
            .Sends(gmail, 600, every: 1).Sends(new SimulatedProvider("yahoo.com"), 300, every: 2).Sends(new SimulatedProvider("outlook.com"), 300, every: 2);
        simulation.Run(7_200);
        return simulation.Report(Limits);
    }
}
