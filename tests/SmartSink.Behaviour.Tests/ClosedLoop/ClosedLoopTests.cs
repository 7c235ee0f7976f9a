using SmartSink.Policy;
using SmartSink.Smtp.Replies;
using SmartSink.Testing;

namespace SmartSink.Behaviour.Tests.ClosedLoop;

/// <summary>
/// What becomes of a day's mail of senders that listen to a provider's answers, and of those that do not. Policies are those of docs/behaviour.md,
/// and the pictures there are drawn from these days. <c>SMARTSINK_WRITE_BEHAVIOUR=1</c> draws them anew.
/// </summary>
public sealed class ClosedLoopTests
{
    private const int MinutesPerHour = 60;

    // Messages an hour that the page's warm-up allows, one after the other.
    private static readonly int[] Curve = [50, 100, 200, 300, 500, 800, 1200, 1800, 2400, 3000, 3600];

    private static readonly Moment Midnight = new(1_000_000, new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_sender_that_slows_down_gets_its_mail_through()
    {
        var sender = new CautiousSender(seed: 42, step: 2);
        var day = Run("[domain.\"gmail.com\".limits]\nrate", sender);

        day.Share().ShouldBeGreaterThanOrEqualTo(99);
        day.Share().ShouldBeLessThan(100, "it never met the limit");
        day.Accepted.Sum().ShouldBe((int)(sender.Mail - sender.Waiting));
        (100 * day.Accepted.Sum() / sender.Mail).ShouldBeGreaterThanOrEqualTo(99);
        Draw("slows-down", "A sender that halves its rate when it is refused", day);
    }

    [Fact]
    public void A_sender_that_does_not_slow_down_is_blocked_and_recovers_when_it_has_stopped()
    {
        const int Stop = 8;
        const int Again = 18;
        var day = Run("[domain.\"gmail.com\".limits]\nrate", new DeafSender(hour => hour < Stop ? 300 * 60 : hour < Again ? 0 : 80 * 60));

        day.Share(until: Stop * MinutesPerHour).ShouldBeLessThan(20);
        day.Share(from: Again * MinutesPerHour).ShouldBe(100);
        Draw("goes-on", "A sender that goes on at 300 a minute for eight hours, and comes back at 80 ten hours later", day);
    }

    [Fact]
    public void A_new_sender_that_follows_the_warm_up_is_never_refused()
    {
        var day = Run("[domain.\"gmail.com\".limits]\nwarmup", new DeafSender(hour => Curve[Math.Min(hour, Curve.Length - 1)]));

        day.Share().ShouldBe(100);
        AcceptedByHour(day).ShouldBe(Curve);
        Draw("warm-up", "A new sender that follows the warm-up", day);
    }

    [Fact]
    public void A_new_sender_that_begins_with_everything_is_held_to_the_warm_up()
    {
        var day = Run("[domain.\"gmail.com\".limits]\nwarmup", new DeafSender(_ => Curve[^1]));

        AcceptedByHour(day).ShouldBe(Curve);
        day.Share(from: Curve.Length * MinutesPerHour).ShouldBe(100);
        Draw("all-at-once", "A new sender that begins with 3,600 messages an hour", day);
    }

    [Fact]
    public void A_sender_that_slows_down_finds_its_way_back_after_an_outage()
    {
        const int Begin = 8;
        const int End = 10;
        var sender = new CautiousSender(seed: 42, step: 2);
        var day = Run("[domain.\"gmail.com\"]\nbounce", sender);

        day.Share(Begin * MinutesPerHour, End * MinutesPerHour).ShouldBe(0);
        day.Share(until: Begin * MinutesPerHour).ShouldBe(100);
        day.Share(from: End * MinutesPerHour).ShouldBe(100);
        day.Offered[((Begin * MinutesPerHour) + 30)..(End * MinutesPerHour)].Max().ShouldBe(1);
        sender.Waiting.ShouldBeLessThan(100);
        Draw("outage", "A sender in an outage of two hours", day);
    }

    private static IEnumerable<int> AcceptedByHour(SimulatedDay day) =>
        Enumerable.Range(0, Curve.Length).Select(hour => day.Accepted[(hour * MinutesPerHour)..((hour + 1) * MinutesPerHour)].Sum());

    private static SimulatedDay Run(string policy, SimulatedSender sender)
    {
        using var folder = new TemporaryFolder();
        var result = PolicyLoader.Load(folder.Write("responses.toml", PolicyOf(policy)));
        result.Diagnostics.ShouldBeEmpty();
        return SimulatedDay.Run(new BehaviourFilters(() => result.Snapshot!, Midnight), Midnight, sender);
    }

    // The page's block that begins so.
    private static string PolicyOf(string start) => File.ReadAllText(RepositoryRoot.Combine("docs", "behaviour.md"))
        .Split("```toml\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)])
        .Single(block => block.StartsWith(start, StringComparison.Ordinal));

    private static void Draw(string name, string title, SimulatedDay day)
    {
        var file = RepositoryRoot.Combine("docs", "behaviour", name + ".svg");
        var picture = DayChart.Draw(title, day);
        if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_BEHAVIOUR") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, picture);
        }

        (File.Exists(file) ? File.ReadAllText(file) : string.Empty).ShouldBe(picture, "docs/behaviour.md says how to draw it anew");
    }
}
