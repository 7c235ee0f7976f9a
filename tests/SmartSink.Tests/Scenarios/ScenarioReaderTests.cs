using System.Text;
using System.Text.Json.Nodes;
using SmartSink.Policy;
using SmartSink.Policy.Files;
using SmartSink.Policy.Toml;
using SmartSink.Scenarios;
using SmartSink.Testing;
using SmartSink.Testing.Policies;

namespace SmartSink.Tests.Scenarios;

/// <summary>Scenarios are read whole, or all that is wrong with them is told by line and column; the shipped ones are good.</summary>
public sealed class ScenarioReaderTests
{
    private const string Good = """
        name = "down"
        about = "Whether one provider's trouble stays there."
        for = "40m"
        must_pass = ["no-loss", "retries-4xx"]
        tls_faults = "454=5"

        [policy]
        time_scale = 20
        [policy.domain."yahoo.com"]
        defer = 12.5
        [policy.domain."yahoo.com".limits]
        warmup = ["1/h", "2/h"]
        [[policy.defer."yahoo.com"]]
        code = 451
        msg = "4.7.1 \"Later\\\"\n4.7.1 and {{slower"
        [[policy.schedule]]
        name = "sp\u00e4ter"
        at = "+5m"
        for = "10m"
        set = { defer = 100, bounce = 0 }

        [[step]]
        at = "12m"
        for = "3m"
        name = "second"
        match = { domain = ["a.example", "b.example"], stage = "rcpt" }
        do = { reply = { code = 451, msg = "4.3.2 Later", close = true } }
        share = 50
        times = 3

        [[step]]
        at = "0"
        for = "30s"
        do = { accept = true }
        """;

    private static readonly string SchemaFile = RepositoryRoot.Combine("policy", "scenario.schema.json");

    private static JsonNode Schema => JsonNode.Parse(File.ReadAllText(SchemaFile))!;

    public static TheoryData<string> Shipped => [.. BuiltInFiles.All.Select(BuiltInFiles.PathOf).Where(file => file.StartsWith("scenarios/", StringComparison.Ordinal))];

    [Fact]
    public void All_that_is_written_is_read()
    {
        var scenario = ReadGood(Good);
        (scenario.Name, scenario.Length, scenario.TlsFaults, scenario.TimeScale).ShouldBe(("down", TimeSpan.FromMinutes(40), "454=5", 20));
        scenario.About.ShouldBe("Whether one provider's trouble stays there.");
        scenario.MustPass.ShouldBe(["no-loss", "retries-4xx"]);
        scenario.Steps.Select(step => (step.At, step.Length)).ShouldBe([(TimeSpan.Zero, TimeSpan.FromSeconds(30)), (TimeSpan.FromMinutes(12), TimeSpan.FromMinutes(3))]);
        var rule = scenario.Steps[1].Override;
        (rule.Name, rule.Share, rule.Times, rule.Match.Stage, rule.Do.Reply!.Code, rule.Do.Reply.Close).ShouldBe(("second", 50, 3, "rcpt", 451, true));
        rule.Match.Domain.ShouldBe(["a.example", "b.example"]);
        scenario.Timeline.Select(mark => (mark.At.TotalMinutes, mark.Text)).ShouldBe([(0, "accept for all, for 30s"), (5, "später, for 10m"), (12, "second, for 3m")]);
    }

    [Fact]
    public void The_policy_is_sent_as_a_text_that_says_the_same_at_another_pace()
    {
        var text = ReadGood(Good).PolicyText(96);
        text.Split('\n')[0].ShouldBe("time_scale = 96");
        var files = PolicyLoader.Load(BuiltInFiles.MainFile).Snapshot!.Texts;
        var policy = PolicyLoader.Load(files, overlay: new PolicyOverlay("down", text, default)).Snapshot!;
        policy.ExplainWhole().TimeScale.ShouldBe(96);
        policy.ExplainWhole().Rules.ShouldContain(rule => rule.Name == "später" && rule.Origin.StartsWith("overlay:down(", StringComparison.Ordinal));
        var yahoo = policy.Explain("x@yahoo.com");
        yahoo.Defer.Percent.ShouldBe(12.5m);
        yahoo.Replies.Single(reply => reply.Code == 451 && reply.Kind.ToString() == "Defer").Text.ShouldBe("4.7.1 \"Later\\\"\n4.7.1 and {{slower");
        yahoo.Behaviour.Single(setting => setting.Name == "limits.warmup").Value.ShouldContain("1/h");
    }

    [Theory]
    [InlineData(1, "20s", "5s..15s", "lognormal(20s, 0.6)", "lognormal(100ms, 2)")]
    [InlineData(20, "1s", "250ms..750ms", "lognormal(1s, 0.6)", "lognormal(5ms, 2)")]
    [InlineData(100_000, "1ms", "1ms..1ms", "lognormal(1ms, 0.6)", "lognormal(1ms, 2)")]
    [InlineData(0.01, "10m", "500s..10m", "lognormal(10m, 0.6)", "lognormal(10s, 2)")]
    public void Delays_are_of_the_providers_time_and_sent_as_those_of_a_policy(double timeScale, string schedule, string listed, string domain, string step)
    {
        var text = ReadGood("""
            name = "slow"
            about = "Whether it waits."
            for = "1h"
            must_pass = ["no-loss"]
            [policy.domain."yahoo.com".delay]
            data = "lognormal(20s, 0.6)"
            [policy.domain.delay]
            like = "yahoo.com"
            greylist = { wait = "4m" }
            [[policy.schedule]]
            domain = "a.example"
            at = "+5m"
            set = { delay = { rcpt = "20s", data = "5s..15s" } }
            """).PolicyText(timeScale);
        var sent = TomlReader.Read(Encoding.UTF8.GetBytes(text));
        sent.Errors.ShouldBeEmpty();
        text.ShouldContain($$"""{"rcpt" = "{{schedule}}", "data" = "{{listed}}"}""");
        text.ShouldContain($$"""{"data" = "{{domain}}"}""");
        text.ShouldContain("""{"like" = "yahoo.com", "greylist" = {"wait" = "4m"}}""");
        Scenario.RealDelay("lognormal(100ms, 2)", timeScale).ShouldBe(step);
        Scenario.RealDelay("0", timeScale).ShouldBe("0");
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_scenario_is_good_says_what_it_tests_and_takes_at_most_five_minutes(string file)
    {
        var scenario = ReadGood(File.ReadAllText(RepositoryRoot.Combine("policy", file)));
        scenario.Name.ShouldBe(Path.GetFileNameWithoutExtension(file));
        scenario.About.Split('.').Length.ShouldBeGreaterThan(2);
        scenario.MustPass.ShouldNotBeEmpty();
        (scenario.Length / scenario.TimeScale).ShouldBeInRange(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));
        scenario.Timeline.Count.ShouldBeGreaterThanOrEqualTo(scenario.Steps.Count);
        PolicyLoader.Load(PolicyLoader.Load(BuiltInFiles.MainFile).Snapshot!.Texts, overlay: new PolicyOverlay("x", scenario.PolicyText(7), default)).HasErrors.ShouldBeFalse();
    }

    [Fact]
    public void There_are_those_that_a_sender_is_to_be_tried_by() => ScenarioFiles.All(BuiltInFiles.MainFile).Keys.ShouldBe(
        ["block", "everything", "greeting-421", "greylisting", "hard-bounces", "lost-250", "provider-down", "slow-provider", "throttle", "tls", "warm-up"]);

    [Fact]
    public void Those_beside_the_policy_go_before_the_built_in_ones()
    {
        using var folder = new TemporaryFolder();
        folder.Write("scenarios/block.toml", Good);
        folder.Write("scenarios/own.toml", Good);
        var main = folder.Combine("responses.toml");
        var files = ScenarioFiles.All(main);
        files.Count.ShouldBe(12);
        files["own"].ShouldBe(folder.Combine("scenarios/own.toml"));
        files["block"].ShouldBe(folder.Combine("scenarios/block.toml"));
        files["tls"].ShouldBe("builtin:scenarios/tls.toml");
        ScenarioFiles.Find("./x.toml", main).ShouldBe("./x.toml");
        ScenarioFiles.Find("nothing", main).ShouldBeNull();
    }

    [Theory]
    [InlineData("", "(1,1): error: this scenario has no name|(1,1): error: this scenario has no about|(1,1): error: this scenario has no for|(1,1): error: this scenario has no must_pass")]
    [InlineData("name = \"x", "(1,8): error: ")]
    [InlineData("name = 5\nabout = \" \"\nfor = \"soon\"\nmust_pass = [\"no-los\"]\nmust = 1",
        "(1,8): error: name must be a string, not a whole number|(2,9): error: about is empty|(3,7): error: for = \"soon\" is not a time such as|(4,14): error: unknown rule \"no-los\", did you mean \"no-loss\"?|(5,1): error: unknown key \"must\" in a scenario")]
    [InlineData("name = \"x\"\nabout = \"x\"\nfor = \"1h\"\nmust_pass = [\"no-loss\"]\ntls_faults = \"expird=5\"\n[policy]\ninclude = \"a\"\n[policy.domain.\"yahoo.com\"]\ndeffer = 5\nbounce = 101\n",
        "(5,14): error: tls_faults is not |(7,1): error: only the main file may include others|(9,1): error: unknown key \"deffer\" in [domain.\"yahoo.com\"], did you mean \"defer\"?|(10,10): error: bounce = 101 is not a percentage")]
    [InlineData("name = \"x\"\nabout = \"x\"\nfor = \"1h\"\nmust_pass = [\"no-loss\"]\nstep = 1\npolicy = 2", "(5,1): error: step needs double brackets: [[step]]|(6,10): error: policy must be a table, not a whole number")]
    [InlineData("name = \"x\"\nabout = \"x\"\nfor = \"1h\"\nmust_pass = [\"no-loss\"]\n[[step]]\nat = \"2h\"\ndo = { deffer = 5, reply = { code = 200, msg = \"x\" } }\nshare = \"half\"\ntimes = inf\nwhen = 1\n",
        "(5,1): error: this [[step]] has no for|(6,6): error: the step begins after the scenario's end, 1h|(7,8): error: unknown field \"deffer\", did you mean \"defer\"?|(7,37): error: code = 200|(8,9): error: share must be a number, not a string|(9,9): error: times must be a whole number, not a string|(10,1): error: unknown field \"when\"")]
    public void Mistakes_are_told_by_line_and_column(string text, string expected)
    {
        var (scenario, diagnostics) = ScenarioReader.Read("x.toml", Encoding.UTF8.GetBytes(text));
        scenario.ShouldBeNull();
        var told = diagnostics.Select(diagnostic => diagnostic.ToString()).ToList();
        var parts = expected.Split('|');
        told.Count.ShouldBe(parts.Length, string.Join('\n', told));
        foreach (var (line, part) in told.Zip(parts))
        {
            line.ShouldStartWith("x.toml" + part);
        }
    }

    [Fact]
    public void A_policy_is_none()
    {
        ScenarioReader.IsMeantBy(BuiltInFiles.Read(BuiltInFiles.MainFile)).ShouldBeFalse();
        ScenarioReader.IsMeantBy(Encoding.UTF8.GetBytes("about = 5\n[[")).ShouldBeTrue();
    }

    [Fact]
    public void The_schema_is_made_of_the_readers_catalogue_of_keys()
    {
        var properties = KeySchema.Properties(ScenarioReader.Keys);
        var overlay = KeySchema.PolicyProperties();
        overlay.Remove("include").ShouldBeTrue();
        properties["policy"]!["properties"] = overlay;
        properties["step"] = KeySchema.Described(KeySchema.ListOf(KeySchema.Reference("step")), (string)properties["step"]!["description"]!);
        var definitions = KeySchema.PolicyDefinitions();
        definitions["step"] = KeySchema.Table(ScenarioReader.StepKeys);
        var expected = KeySchema.Write(KeySchema.Of("a scenario", properties, definitions, KeySchema.Required(ScenarioReader.Keys)));
        if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_SCHEMA") == "1")
        {
            File.WriteAllText(SchemaFile, expected);
        }

        File.ReadAllText(SchemaFile).ShouldBe(expected, "see CONTRIBUTING.md for how to write it anew");
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_scenario_names_the_schema_which_has_all_that_it_says(string file)
    {
        var path = RepositoryRoot.Combine("policy", file);
        File.ReadLines(path).First().ShouldBe("#:schema ../scenario.schema.json");
        KeySchema.FaultsOf(TomlReader.Read(File.ReadAllBytes(path)).Root, Schema).ShouldBeEmpty();
    }

    [Fact]
    public void The_manuals_scenario_is_good_and_as_the_schema_has_it()
    {
        var text = File.ReadAllText(RepositoryRoot.Combine("docs", "scenarios.md")).Split("```toml\n")[1].Split("```")[0];
        ReadGood(text).Name.ShouldBe("monday");
        KeySchema.FaultsOf(TomlReader.Read(Encoding.UTF8.GetBytes(text)).Root, Schema).ShouldBeEmpty();
    }

    [Fact]
    public void The_reader_takes_every_key_of_the_catalogue_where_the_catalogue_says()
    {
        // A list in a list is no value of any key.
        foreach (var (where, keys) in new[]
        {
            (string.Empty, ScenarioReader.Keys), ("step", ScenarioReader.StepKeys), ("step.match", OverrideKeys.Match), ("step.do", OverrideKeys.Do), ("step.do.reply", OverrideKeys.Reply),
        })
        {
            foreach (var key in keys)
            {
                var table = where switch { "" => string.Empty, "step" => "[[step]]\n", _ => $"[[step]]\n[{where}]\n" };
                var found = ScenarioReader.Read("x.toml", Encoding.UTF8.GetBytes($"{table}{key.Name} = [[]]")).Diagnostics.Select(diagnostic => diagnostic.Message).ToList();
                found.ShouldContain(
                    message => message.StartsWith($"{key.Name} must", StringComparison.Ordinal) || message.StartsWith($"each item of {key.Name} must", StringComparison.Ordinal), string.Join('\n', found));
                found.ShouldNotContain(message => message.StartsWith("unknown", StringComparison.Ordinal));
            }
        }
    }

    private static Scenario ReadGood(string text)
    {
        var (scenario, diagnostics) = ScenarioReader.Read("x.toml", Encoding.UTF8.GetBytes(text));
        diagnostics.ShouldBeEmpty();
        return scenario.ShouldNotBeNull();
    }
}
