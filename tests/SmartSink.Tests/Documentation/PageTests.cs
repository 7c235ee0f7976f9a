using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using SmartSink.Connections;
using SmartSink.Hosting;
using SmartSink.Policy;
using SmartSink.Policy.Files;
using SmartSink.Settings;
using SmartSink.Smtp.Replies;
using SmartSink.Telemetry;
using SmartSink.Testing;
using SmartSink.Testing.Policies;

namespace SmartSink.Tests.Documentation;

/// <summary>What the pages say of settings, metrics and the policy is what the program knows.</summary>
public sealed partial class PageTests
{
    private const int MostLinesOfTheReadme = 150;

    private static readonly string Readme = Page("README.md");
    private static readonly string Configuration = Page("docs/configuration.md");
    private static readonly string Metrics = Page("docs/metrics.md");
    private static readonly string Policy = Page("docs/policy.md");

    public static TheoryData<string> Pages =>
    [
        .. Directory.EnumerateFiles(RepositoryRoot.Path, "*.md")
            .Concat(Directory.EnumerateFiles(RepositoryRoot.Combine("docs"), "*.md", SearchOption.AllDirectories))
            .Append(RepositoryRoot.Combine("policy", "providers", "README.md"))
            .Select(file => Path.GetRelativePath(RepositoryRoot.Path, file)),
    ];

    [Fact]
    public void The_readme_is_short() => Readme.Count(character => character == '\n').ShouldBeLessThanOrEqualTo(MostLinesOfTheReadme);

    [Fact]
    public void The_table_of_settings_is_the_catalogue()
    {
        var expected = SettingCatalog.All.Select(setting => $"| `{setting.Environment}` | `{setting.Option}` | {Default(setting)} | {setting.Description} |");

        RowsOf(Configuration, "| `SINK_").ShouldBe(expected);

        static string Default(Setting setting) => setting.Default is "" || setting.Default.Contains(' ', StringComparison.Ordinal) ? setting.Default : $"`{setting.Default}`";
    }

    [Fact]
    public void The_settings_of_a_listener_are_the_catalogues()
    {
        var start = Configuration.IndexOf("A listener may have a `Name`", StringComparison.Ordinal);
        var named = Key().Matches(Configuration[start..Configuration.IndexOf('.', Configuration.IndexOf("its own", start, StringComparison.Ordinal))])
            .Select(match => match.Groups[1].Value);

        named.ShouldBe(SettingCatalog.OfListener.Select(setting => setting.Key));
    }

    [Fact]
    public void The_examples_of_several_listeners_say_the_same()
    {
        var none = new Dictionary<string, string>(StringComparer.Ordinal);
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(Blocks(Configuration, "json").Single()));
        var file = SettingsReader.Read(new ConfigurationBuilder().AddJsonStream(json).Build(), none, none);
        var variables = RowsOf(Configuration, "SINK_LISTENERS__").Select(row => row.Split('=')).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        var environment = SettingsReader.Read(new ConfigurationBuilder().Build(), variables, none);

        file.Errors.Concat(environment.Errors).ShouldBeEmpty();
        file.Settings!.Listeners.Select(listener => (listener.Port, listener.Tls, listener.MaxRecipients)).ShouldBe([(2525, TlsMode.StartTls, 1000), (4650, TlsMode.Implicit, 10), (2424, TlsMode.StartTls, 1000)]);
        environment.Settings!.Listeners.Select(listener => listener with { Name = "" })
            .ShouldBe(file.Settings.Listeners.Select(listener => listener with { Name = "" }));
    }

    [Fact]
    public void The_table_of_metrics_is_the_catalogue()
    {
        using var metrics = new SinkMetrics();
        var expected = metrics.All.Select(metric =>
            $"| `{metric.Name}` | {string.Join(' ', metric.LabelNames.Select(label => $"`{label}`"))} | {metric.Help} |");

        RowsOf(Metrics, "| `smartsink_", "| `process_", "| `dotnet_").ShouldBe(expected);
    }

    [Fact]
    public void Every_reason_for_which_connections_end_is_told() =>
        ListeningLog.EndReasons.Skip(1).Where(reason => !Metrics.Contains($"`{reason}`", StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void The_examples_of_a_policy_load_without_a_word()
    {
        using var folder = new TemporaryFolder();
        foreach (var block in Blocks(Policy, "toml"))
        {
            PolicyLoader.Load(folder.Write("responses.toml", block)).Diagnostics.ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_words_that_ask_for_a_label_are_the_programs()
    {
        using var folder = new TemporaryFolder();
        var policy = PolicyLoader.Load(folder.Write("responses.toml", string.Empty)).Snapshot.ShouldNotBeNull();
        var rows = Policy.Split('\n').Select(line => LabelRow().Match(line)).Where(match => match.Success).ToList();

        rows.Count.ShouldBe(5);
        foreach (var row in rows)
        {
            policy.Explain(row.Groups[1].Value + "joe@a.example").TriggerLabel.ShouldNotBeNull().Label.ShouldBe((ReplyLabel)ReplyLabels.Words.ToList().IndexOf(row.Groups[2].Value));
        }
    }

    [Fact]
    public void The_first_example_of_a_policy_has_the_catalogue_s_replies()
    {
        using var folder = new TemporaryFolder();
        var example = Blocks(Policy, "toml").First();
        example.ShouldContain("include = [\"builtin:providers\"]");
        var result = PolicyLoader.Load(folder.Write("responses.toml", example));

        result.Snapshot!.Explain("someone@corp.example").Replies.Select(reply => reply.FirstLine)
            .ShouldBe(result.Snapshot.Explain("someone@gmail.com").Replies.Select(reply => reply.FirstLine));
    }

    [Fact]
    public void The_excerpt_of_the_readme_is_of_that_example()
    {
        var lines = Blocks(Policy, "toml").First().Split('\n');

        Blocks(Readme, "toml").Single().Split('\n').Where(line => !lines.Contains(line)).ShouldBeEmpty();
    }

    [Fact]
    public void The_answer_about_a_policy_of_ones_own_holds()
    {
        using var folder = new TemporaryFolder();
        var answer = Readme.Split("\n\n").Single(paragraph => paragraph.StartsWith("**How do I use a policy of my own", StringComparison.Ordinal));
        var variables = Variable().Matches(answer).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value, StringComparer.Ordinal);
        variables.Keys.ShouldBe(["SINK_DATA", "SINK_DEFAULT_BOUNCE", "SINK_DEFAULT_DEFER"]);
        variables["SINK_DATA"] = folder.Write(variables["SINK_DATA"].TrimStart('/'), Include().Match(answer).Value + "\n[default]\nbounce = 50\n");

        var settings = SettingsReader.Read(new ConfigurationBuilder().Build(), variables, new Dictionary<string, string>(StringComparer.Ordinal)).Settings.ShouldNotBeNull();
        var explained = PolicySource.Load(settings).Snapshot.ShouldNotBeNull().Explain("someone@gmail.com");

        (explained.Bounce.Percent, explained.Defer.Percent).ShouldBe((3, 10));
        explained.Replies.ShouldAllBe(reply => reply.Origin.StartsWith("builtin:providers/gmail.toml(", StringComparison.Ordinal));
    }

    [Fact]
    public void The_numbers_of_the_catalogue_are_true()
    {
        var providers = Catalogue.Files.Count - 1; // generic.toml is nobody's own

        Readme.ShouldContain($"| {Catalogue.Replies.Count} replies of {providers} providers for {Catalogue.Domains.Count} domains, with weights |");
        Readme.ShouldContain($"Gmail, Yahoo, Outlook and {providers - 3} other providers");
        Policy.ShouldContain($"{BuiltInFiles.All.Count} files written.");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_file_and_heading_that_a_page_names_is_there(string page)
    {
        var text = Page(page);
        var missing = Link().Matches(text).Select(match => match.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal) && !IsThere(page, link))
            .Concat(Source().Matches(text).Select(match => "src/" + match.Value).Where(path => !Path.Exists(RepositoryRoot.Combine(path))));

        missing.ShouldBeEmpty();
    }

    private static bool IsThere(string page, string link)
    {
        var parts = link.Split('#');
        var target = parts[0].Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, parts[0]);
        return Path.Exists(RepositoryRoot.Combine(target))
            && (parts.Length == 1 || Page(target).Split('\n').Any(line => line.StartsWith('#') && AnchorOf(line) == parts[1]));
    }

    /// <summary>What a heading is linked by: in lower case, without marks, a dash for a blank.</summary>
    private static string AnchorOf(string heading) =>
        string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant().Where(character => char.IsLetterOrDigit(character) || character is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex("`([A-Z][A-Za-z]+)`", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Key();

    [GeneratedRegex(@"\]\(([^) ]+)\)", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<!tests/)SmartSink[\w.]*/[\w/]+(\.cs|/)", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Source();

    [GeneratedRegex(@"-e (SINK_\w+)=([\w./]+)", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^\| starts with `([a-z]+-)` \|[^|]* `(\w+)` \|$", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex LabelRow();

    [GeneratedRegex(@"include = \[[^\]]+\]", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Include();

    private static string Page(string path) => File.ReadAllText(RepositoryRoot.Combine(path));

    private static IEnumerable<string> RowsOf(string page, params string[] starts) =>
        page.Split('\n').Where(line => starts.Any(start => line.StartsWith(start, StringComparison.Ordinal)));

    private static IEnumerable<string> Blocks(string page, string language) =>
        page.Split("```").Where((block, index) => index % 2 == 1 && block.StartsWith(language + "\n", StringComparison.Ordinal))
            .Select(block => block[(language.Length + 1)..]);
}
