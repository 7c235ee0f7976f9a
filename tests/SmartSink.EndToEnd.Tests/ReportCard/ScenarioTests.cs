using System.Collections.Concurrent;

namespace SmartSink.EndToEnd.Tests.ReportCard;

/// <summary>Real senders in the shipped scenarios, as docs/report-card.md tells of them.</summary>
public sealed class ScenarioTests
{
    /// <summary>Senders wait most of the time.</summary>
    private const int AtOnce = 18;

    private static readonly string[] AsInTheReadme = ["--fail-on", "isolation,no-loss"];

    [Fact]
    public async Task Each_scenario_lets_a_good_sender_pass_and_fails_a_bad_one()
    {
        // Side by side: they wait most of the time.
        var pairs = Scenario.Names.Select(name => Scenario.Read(name, TimeSpan.FromMinutes(2)))
            .SelectMany(_ => new[] { ScenarioSender.WellBehaved, ScenarioSender.BadlyBehaved }, (scenario, sender) => (Scenario: scenario, Sender: sender)).ToList();
        var runs = await Task.WhenAll(pairs.Select(pair => ScenarioRun.StartAsync(pair.Scenario, pair.Sender, pair.Scenario.Name == "provider-down" ? AsInTheReadme : [])));

        var failures = pairs.Zip(runs)
            .Where(pair => (pair.Second.Grade, pair.Second.Result.ExitCode) != (pair.First.Sender == ScenarioSender.WellBehaved ? ("A", 0) : ("F", 1)))
            .Select(pair => $"{pair.First.Sender.Name} in {pair.First.Scenario.Name}: {pair.Second.Grade}, {pair.Second.Result}");
        failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_page_has_the_grades_of_real_senders()
    {
        if (ReportCardPage.IsWritten)
        {
            await WriteAsync();
        }

        var grades = ReportCardPage.Grades();
        grades.Keys.ShouldBe(Scenario.Names.SelectMany(_ => ScenarioSender.All, (scenario, sender) => (scenario, sender.Name)), ignoreOrder: true, "CONTRIBUTING.md says how to write the page anew");
        foreach (var scenario in Scenario.Names)
        {
            (grades[(scenario, ScenarioSender.WellBehaved.Name)], grades[(scenario, ScenarioSender.BadlyBehaved.Name)]).ShouldBe(("A", "F"), scenario);
        }
    }

    private static async Task WriteAsync()
    {
        var runs = new ConcurrentDictionary<(string Scenario, string Sender), ScenarioRun>();
        var problems = new ConcurrentDictionary<(string Scenario, string Sender), string>();
        var inFull = ScenarioRun.TextAsync(Scenario.Read("throttle"), ScenarioSender.All[0]);
        var pairs = Scenario.Names.Select(name => Scenario.Read(name)).OrderByDescending(scenario => scenario.Length).SelectMany(_ => ScenarioSender.All, (scenario, sender) => (scenario, sender));
        await Parallel.ForEachAsync(pairs, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (pair, _) =>
        {
            var (scenario, sender) = pair;
            try
            {
                runs[(scenario.Name, sender.Name)] = await ScenarioRun.StartAsync(scenario, sender);
            }
            catch (Exception problem)
            {
                problems[(scenario.Name, sender.Name)] = problem.Message;
            }
        });

        ReportCardPage.WriteGrades(
            [.. ScenarioSender.All.Select(sender => sender.Name)],
            await Task.WhenAll(ScenarioSender.All.Select(sender => sender.VersionAsync?.Invoke() ?? Task.FromResult("this one"))),
            Scenario.Names.Select(scenario => (scenario, ScenarioSender.All.Select(sender => runs.TryGetValue((scenario, sender.Name), out var run) ? run.Grade : "not run"))));
        ReportCardPage.WriteFindings(
            from sender in ScenarioSender.All
            where sender.StartAsync is not null
            from scenario in Scenario.Names
            where runs.ContainsKey((scenario, sender.Name))
            from verdict in new[] { "fail", "warn" }
            from rule in runs[(scenario, sender.Name)].Rules(verdict)
            select (sender.Name, scenario, rule.GetProperty("rule").GetString()!, verdict, rule.GetProperty("finding").GetString()!));
        ReportCardPage.WriteReport(await inFull);
        problems.ShouldBeEmpty();
    }
}
