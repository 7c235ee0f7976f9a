using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using SmartSink.Policy;
using SmartSink.Settings;
using SmartSink.Telemetry;
using SmartSink.Testing;

namespace SmartSink.Tests.Documentation;

/// <summary>What the README says of settings, metrics and the policy is what the program knows.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(RepositoryRoot.Combine("README.md"));

    [Fact]
    public void The_table_of_settings_is_the_catalogue()
    {
        var expected = SettingCatalog.All.Select(setting => $"| `{setting.Environment}` | `{setting.Option}` | {Default(setting)} | {setting.Description} |");

        RowsOf("| `SINK_").ShouldBe(expected);

        static string Default(Setting setting) => setting.Default is "" || setting.Default.Contains(' ', StringComparison.Ordinal) ? setting.Default : $"`{setting.Default}`";
    }

    [Fact]
    public void The_settings_of_a_listener_are_the_catalogues()
    {
        var start = Readme.IndexOf("A listener may have a `Name`", StringComparison.Ordinal);
        var named = Key().Matches(Readme[start..Readme.IndexOf('.', Readme.IndexOf("its own", start, StringComparison.Ordinal))])
            .Select(match => match.Groups[1].Value);

        named.ShouldBe(SettingCatalog.OfListener.Select(setting => setting.Key));
    }

    [Fact]
    public void The_examples_of_several_listeners_say_the_same()
    {
        var none = new Dictionary<string, string>(StringComparer.Ordinal);
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(Blocks("json").Single()));
        var file = SettingsReader.Read(new ConfigurationBuilder().AddJsonStream(json).Build(), none, none);
        var variables = RowsOf("SINK_LISTENERS__").Select(row => row.Split('=')).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
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

        RowsOf("| `smartsink_", "| `process_", "| `dotnet_").ShouldBe(expected);
    }

    [Fact]
    public void The_example_of_a_policy_loads_without_a_word()
    {
        using var folder = new TemporaryFolder();
        var example = Blocks("toml").Single();
        example.ShouldContain("include = [\"providers/*.toml\"]");
        foreach (var provider in Directory.EnumerateFiles(RepositoryRoot.Combine("policy", "providers")))
        {
            folder.Write($"providers/{Path.GetFileName(provider)}", File.ReadAllText(provider));
        }

        var result = PolicyLoader.Load(folder.Write("responses.toml", example));

        result.Diagnostics.ShouldBeEmpty();
        result.Snapshot!.Explain("someone@corp.example").Replies.Select(reply => reply.FirstLine)
            .ShouldBe(result.Snapshot.Explain("someone@gmail.com").Replies.Select(reply => reply.FirstLine));
    }

    [Fact]
    public void The_number_of_replies_is_that_of_the_catalogue()
    {
        var replies = Directory.EnumerateFiles(RepositoryRoot.Combine("policy", "providers"))
            .SelectMany(File.ReadLines).Count(line => line.StartsWith("[[", StringComparison.Ordinal));

        Readme.ShouldContain($"| {replies} replies of 41 providers, with weights |");
        Directory.GetFiles(RepositoryRoot.Combine("policy", "providers")).Length.ShouldBe(41 + 1); // and generic.toml
    }

    [Fact]
    public void Every_file_that_it_names_is_there()
    {
        var links = Link().Matches(Readme).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal));
        var sources = Source().Matches(Readme).Select(match => "src/" + match.Value);

        links.Concat(sources).Where(path => !Path.Exists(RepositoryRoot.Combine(path))).ShouldBeEmpty();
    }

    [GeneratedRegex("`([A-Z][A-Za-z]+)`", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Key();

    [GeneratedRegex(@"\]\(([^)#]+)\)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"SmartSink[\w.]*/[\w/]+(\.cs|/)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Source();

    private static IEnumerable<string> RowsOf(params string[] starts) =>
        Readme.Split('\n').Where(line => starts.Any(start => line.StartsWith(start, StringComparison.Ordinal)));

    private static IEnumerable<string> Blocks(string language) =>
        Readme.Split("```").Where((block, index) => index % 2 == 1 && block.StartsWith(language + "\n", StringComparison.Ordinal))
            .Select(block => block[(language.Length + 1)..]);
}
