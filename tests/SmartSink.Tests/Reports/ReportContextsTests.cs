using SmartSink.Behaviour;
using SmartSink.Connections;
using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Rules;
using SmartSink.Reports;
using SmartSink.Settings;
using SmartSink.Testing.Time;
using SmartSink.Tests.Watching;

namespace SmartSink.Tests.Reports;

public sealed class ReportContextsTests : IDisposable
{
    private const string Policy = """
        behaviour = "provider"
        time_scale = 60
        [domain."gmail.com".limits]
        connections = 20
        messages_per_connection = 100
        recipients_per_message = 50
        rate = "120/min"
        [domain."*.example.com".limits]
        connections = 3
        [domain."gmx.de"]
        bounce = 5
        [[schedule]]
        at = "+1h"
        domain = "gmail.com"
        set = { limits = { connections = 2 } }
        """;

    private readonly ManualTimeProvider _clock = new();
    private readonly CollectingLogger<ReportContexts> _log = new();
    private readonly ReloadFixture _policy = new(Policy);

    public void Dispose() => _policy.Dispose();

    [Fact]
    public void Limits_are_those_of_the_policy_in_force_and_of_the_schedule_that_holds()
    {
        var behaviour = new BehaviourFilters(() => _policy.Holder.Current, _clock.ReadMoment());

        var fact = PolicyInForce.Read(behaviour, 7);

        (fact.At, fact.TimeScale).ShouldBe((7, 60));
        fact.Limits.ShouldBe(new Dictionary<string, ProviderLimits> { ["gmail.com"] = new(20, 100, 50), ["*.example.com"] = new(3, null, null) }, ignoreOrder: true);

        _clock.Advance(TimeSpan.FromSeconds(60));
        behaviour.Refresh(_clock.ReadMoment());
        PolicyInForce.Read(behaviour, 8).Limits["gmail.com"].ShouldBe(new ProviderLimits(2, 100, 50));
    }

    [Fact]
    public void Moments_have_their_time_of_day_and_the_log_of_the_sender_is_handed_on()
    {
        var contexts = Contexts();
        var before = _clock.ReadMoment();
        _clock.Advance(TimeSpan.FromMinutes(7));

        ClassifiedRecipient[] classified = [new(1, 2, "hard")];
        var context = contexts.TryMake(classified, out _)!;

        context.TimeOf(before.Milliseconds).ShouldBe(before.Utc, TimeSpan.FromMilliseconds(1));
        context.Classified.ShouldBe(classified);
    }

    [Fact]
    public void The_file_beside_the_policy_is_read_each_time_and_its_mistakes_are_told_once()
    {
        var contexts = Contexts();
        var rule = SenderRules.Find("no-loss")!;
        contexts.TryMake(null, out _)!.Settings[rule, "lost_fail"].ShouldBe(0);

        var file = _policy.Folder.Write("report.toml", "[rule.no-loss]\nlost_fail = 3\n");
        contexts.TryMake(null, out _)!.Settings[rule, "lost_fail"].ShouldBe(3);

        File.WriteAllText(file, "[rule.no-loss]\nlost_fail = 3\nlost = 1\n");
        contexts.TryMake(null, out var mistakes).ShouldBeNull();
        contexts.TryMake(null, out _).ShouldBeNull();
        mistakes.ShouldBe([$"{file}(3,1): error: unknown key \"lost\" in [rule.no-loss]"]);
        _log.Lines.ShouldBe([$"Error No report card can be generated: {mistakes[0]}"]);
    }

    [Fact]
    public void The_setting_goes_over_the_file_beside_the_policy()
    {
        _policy.Folder.Write("report.toml", "nonsense");
        var file = _policy.Folder.Write("strict.toml", "[rule.tls]\ncounts = \"critical\"\n");

        Contexts(file).TryMake(null, out _).ShouldNotBeNull();
        Contexts("builtin:report.toml").TryMake(null, out _).ShouldNotBeNull();
        Contexts().TryMake(null, out _).ShouldBeNull();
        Contexts(_policy.Folder.Combine("none.toml")).TryMake(null, out var mistakes).ShouldBeNull();
        mistakes.Single().ShouldContain("none.toml(1,1): error: cannot be read: ");
    }

    private ReportContexts Contexts(string? file = null) => new(new SinkSettings { Hostname = "sink.example", StateFolder = null, PolicyFile = _policy.MainFile, ReportFile = file }, _clock, _log);
}
