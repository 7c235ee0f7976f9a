using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Policy.Files;
using SmartSink.Policy.Toml;
using SmartSink.Reports;
using SmartSink.Shared;
using SmartSink.Smtp.Replies;
using SmartSink.Testing;
using SmartSink.Testing.Policies;

namespace SmartSink.Tests.Reports;

/// <summary>policy/report.toml says what the rules say. <c>SMARTSINK_WRITE_REPORT=1</c> writes its part about them, and its schema.</summary>
public sealed class ReportFileTests
{
    private const string RulesBegin = "# --- rules ---", ClassesBegin = "# --- what a sender's words for refusals mean ---";

    private static readonly string Shipped = RepositoryRoot.Combine("policy", "report.toml");
    private static readonly string SchemaFile = RepositoryRoot.Combine("policy", "report.schema.json");

    private static readonly string[] Pieces =
    [
        "[rule.backs-off]\n", "[rule]\n", "[classes]\n", "rule = 1\n", "counts = ", "\"major\"", "\"minr\"", "window = ", "\"30s\"", "\"5%\"", "0.8", "3", "-1", "nan", "true", "[", "]", "{", "}", ",", "=",
        "\"", "\n", "hard = \"hard\"\n", "\"Hard\" = ", "\"soft\"", "[[rule]]\n", "[rule.tls]\n", "clear_fail = ", "\\", "\u0000", "é", "#", ".", "2026-01-01",
    ];

    [Fact]
    public void The_shipped_file_has_every_rule_and_threshold_with_its_default()
    {
        var text = File.ReadAllText(Shipped);
        var (begin, end) = (text.IndexOf(RulesBegin, StringComparison.Ordinal), text.IndexOf(ClassesBegin, StringComparison.Ordinal));
        var expected = text[..(text.IndexOf('\n', begin) + 1)] + string.Concat(SenderRules.All.Select(SectionOf)) + "\n" + text[end..];
        if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_REPORT") == "1")
        {
            File.WriteAllText(Shipped, expected);
        }

        File.ReadAllText(Shipped).ShouldBe(expected, "SMARTSINK_WRITE_REPORT=1 dotnet test writes it anew");
    }

    [Fact]
    public void The_schema_is_made_of_the_readers_catalogue_of_keys_and_the_shipped_file_names_it()
    {
        var classes = KeySchema.Named(KeySchema.Properties([ReportFile.ClassTable])[ReportFile.ClassTable.Name]!.DeepClone().AsObject());
        var properties = KeySchema.Properties([ReportFile.RuleTables]);
        properties[ReportFile.ClassTable.Name] = classes;
        var expected = KeySchema.Write(KeySchema.Of(ReportFile.Name, properties));
        if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_REPORT") == "1")
        {
            File.WriteAllText(SchemaFile, expected);
        }

        File.ReadAllText(SchemaFile).ShouldBe(expected, "SMARTSINK_WRITE_REPORT=1 dotnet test writes it anew");
        File.ReadLines(Shipped).First().ShouldBe("#:schema ./report.schema.json");
    }

    [Fact]
    public void With_every_line_uncommented_it_says_the_same_and_is_as_the_schema_has_it()
    {
        var text = string.Join('\n', File.ReadAllLines(Shipped).Select(line => line is ['#', >= 'a' and <= 'z', ..] ? line[1..] : line));

        var (settings, diagnostics) = Read(text);

        diagnostics.ShouldBeEmpty();
        var usual = new RuleSettings();
        foreach (var rule in SenderRules.All)
        {
            settings!.WeightOf(rule).ShouldBe(usual.WeightOf(rule));
            rule.Thresholds.ShouldAllBe(threshold => settings[rule, threshold.Name] == threshold.Default);
        }

        KeySchema.FaultsOf(TomlReader.Read(Encoding.UTF8.GetBytes(text)).Root, JsonNode.Parse(File.ReadAllText(SchemaFile))!).ShouldBeEmpty();
    }

    [Fact]
    public void The_words_of_other_systems_are_known_and_a_file_goes_over_them()
    {
        var (settings, _) = Read("[classes]\nspam-block = \"policy\"\n\"My Word\" = [\"tls\", \"system\"]\n");

        settings!.MeaningOf("InvalidRecipient").ShouldBe(new ReplyClass(ReplyClass.BitOf(ReplyLabel.UnknownUser) | ReplyClass.BitOf(ReplyLabel.BadAddress), null));
        settings.MeaningOf("SpamBlock").ShouldBe(new ReplyClass(ReplyClass.BitOf(ReplyLabel.Policy), null));
        settings.MeaningOf("my_word").ShouldBe(new ReplyClass(ReplyClass.BitOf(ReplyLabel.Tls) | ReplyClass.BitOf(ReplyLabel.System), null));
        settings.MeaningOf("Soft-Bounce").ShouldBe(new ReplyClass(0, Smtp.Outcome.TempFail));
        settings.MeaningOf("22").ShouldBe(ReplyClass.Of("mailbox_full"));
        settings.MeaningOf("whatever").ShouldBeNull();
    }

    [Fact]
    public void Thresholds_and_weights_are_taken()
    {
        var (settings, _) = Read("""
            [rule.no-loss]
            counts = "minor"
            lost_fail = 3
            quiet = "1.5h"

            [rule]
            tls = { counts = "none", clear_fail = "0%", clear_warn = 2.5 }
            ends-sessions.resets_warn = 0.5
            """);

        var (loss, tls, ends) = (SenderRules.Find("no-loss")!, SenderRules.Find("tls")!, SenderRules.Find("ends-sessions")!);
        (settings!.WeightOf(loss), settings[loss, "lost_fail"], settings[loss, "quiet"]).ShouldBe((RuleWeight.Minor, 3, 5_400));
        (settings.WeightOf(tls), settings[tls, "clear_fail"], settings[tls, "clear_warn"]).ShouldBe((RuleWeight.None, 0, 2.5));
        settings[ends, "resets_warn"].ShouldBe(0.5);
    }

    [Fact]
    public void All_mistakes_are_told_at_once_each_with_its_place()
    {
        var (settings, diagnostics) = Read("""
            rules = 1
            [rule.no-los]
            [rule.no-loss]
            counts = "mayor"
            lost_fial = 1
            lost_fail = -1
            quiet = "5 parsecs"
            [rule.tls]
            counts = true
            clear_fail = "101%"
            clear_warn = "-1%"
            window = 7
            [rule.ends-sessions]
            resets_warn = "many"
            broken_fail = nan
            [classes]
            bounce = "unknown_usr"
            Bounce = "hard"
            "---" = "soft"
            mixed = ["tls", "hard"]
            empty = []
            number = 7
            """);

        settings.ShouldBeNull();
        diagnostics.ShouldBe(
        [
            "my.toml(1,1): error: unknown key \"rules\" at the top level, did you mean \"rule\"?",
            "my.toml(2,7): error: unknown rule \"no-los\", did you mean \"no-loss\"?",
            "my.toml(4,10): error: unknown counts \"mayor\", did you mean \"major\"?",
            "my.toml(5,1): error: unknown key \"lost_fial\" in [rule.no-loss], did you mean \"lost_fail\"?",
            "my.toml(6,13): error: lost_fail = -1 is out of range; it must be 0 to 2147483647",
            "my.toml(7,9): error: quiet = \"5 parsecs\" is not a time such as \"30s\", \"5m\" or \"12h\", of at most 24 days",
            "my.toml(9,10): error: counts must be a string, not true or false",
            "my.toml(10,14): error: clear_fail = \"101%\" is not a percentage from 0 to 100 such as \"10%\"",
            "my.toml(11,14): error: clear_warn = \"-1%\" is not a percentage from 0 to 100 such as \"10%\"",
            "my.toml(12,10): error: window must be a string, not a whole number",
            "my.toml(14,15): error: resets_warn must be a number, not a string",
            "my.toml(15,15): error: broken_fail = NaN is not a percentage from 0 to 100",
            "my.toml(17,10): error: unknown meaning \"unknown_usr\", did you mean \"unknown_user\"?",
            "my.toml(18,1): error: \"Bounce\" is the same word as \"bounce\" at line 17: case and punctuation are ignored",
            "my.toml(19,1): error: \"---\" has neither letter nor digit",
            "my.toml(20,17): error: \"hard\", \"soft\" and \"none\" stand alone",
            "my.toml(21,9): error: empty is empty; a word that stands for no refusal means \"none\"",
            "my.toml(22,10): error: number must be a string or a list of strings, not a whole number",
        ]);
    }

    [Theory]
    [InlineData("[rule.tls\n", "my.toml(1,10): error: expected \"]\" to close the table header, found the end of the line")]
    [InlineData("rule = 1\nclasses = []\n", "my.toml(1,8): error: rule must be a table, not a whole number", "my.toml(2,11): error: classes must be a table, not a list")]
    [InlineData("[[rule]]\n", "my.toml(1,1): error: rule must be a table, not a list")]
    public void What_is_no_table_is_told(string text, params string[] expected) => Read(text).Diagnostics.ShouldBe(expected);

    [Fact]
    public void A_file_that_is_not_there_is_told() =>
        ReportFile.Read("/nowhere/report.toml").Diagnostics.Single().ToString().ShouldStartWith("/nowhere/report.toml(1,1): error: cannot be read: ");

    [Fact]
    public void Any_text_gives_settings_or_mistakes_with_a_place()
    {
        Prop.ForAll(Gen.Choose(0, Pieces.Length - 1).ArrayOf().ToArbitrary(), pieces => Check(Encoding.UTF8.GetBytes(string.Concat(pieces.Select(piece => Pieces[piece]))))).QuickCheckThrowOnFailure();
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Check).QuickCheckThrowOnFailure();

        static void Check(byte[] text)
        {
            var (settings, diagnostics) = ReportFile.Read(new SourceFile("my.toml", text, Problem: null));

            (settings is null).ShouldBe(diagnostics.Count > 0);
            diagnostics.ShouldAllBe(diagnostic => diagnostic.Line > 0 && diagnostic.Column > 0 && diagnostic.File == "my.toml");
        }
    }

    private static (RuleSettings? Settings, IReadOnlyList<string> Diagnostics) Read(string text)
    {
        var (settings, diagnostics) = ReportFile.Read(new SourceFile("my.toml", Encoding.UTF8.GetBytes(text), Problem: null));
        return (settings, [.. diagnostics.Select(diagnostic => diagnostic.ToString())]);
    }

    private static string SectionOf(SenderRule rule) =>
        $"\n[rule.{rule.Name}] # {rule.Title}\n#counts = \"{rule.Weight.ToString().ToLowerInvariant()}\"\n" +
        string.Concat(rule.Thresholds.Select(threshold => $"# {threshold.Description}\n#{threshold.Name} = {Written(threshold)}\n"));

    private static string Written(Threshold threshold) => threshold.Unit switch
    {
        ThresholdUnit.Duration => $"\"{Times.Write(TimeSpan.FromSeconds(threshold.Default))}\"",
        ThresholdUnit.Percent => FormattableString.Invariant($"\"{threshold.Default}%\""),
        _ => FormattableString.Invariant($"{threshold.Default}"),
    };
}
