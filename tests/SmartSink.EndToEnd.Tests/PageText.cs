using SmartSink.Testing;

namespace SmartSink.EndToEnd.Tests;

/// <summary>A page's commands and files, so that what is tried is what is written.</summary>
internal sealed class PageText
{
    private readonly string _page;
    private readonly string _text;

    private PageText(params ReadOnlySpan<string> path)
    {
        _page = path[^1];
        _text = File.ReadAllText(RepositoryRoot.Combine(path));
    }

    public static PageText Readme { get; } = new("README.md");

    public static PageText Policy { get; } = new("docs", "policy.md");

    public static PageText Deployment { get; } = new("docs", "deployment.md");

    public static PageText Behaviour { get; } = new("docs", "behaviour.md");

    public static PageText Compatibility { get; } = new("docs", "compatibility.md");

    public static PageText ReportCard { get; } = new("docs", "report-card.md");

    public static PageText TrafficGen { get; } = new("docs", "traffic-gen.md");

    public static PageText Testing { get; } = new("docs", "testing.md");

    /// <summary>The command that begins so, from a line of its own or from between backticks.</summary>
    public string Command(string start) => First(_text.Split('\n', '`'), start);

    /// <summary>The variables before a command, as in <c>SINK_PORT=2626 smartsink</c>.</summary>
    public (string Key, string Value)[] Variables(string start) =>
        [.. Command(start).Split(' ').Select(word => word.Split('=')).TakeWhile(parts => parts.Length == 2).Select(parts => (parts[0], parts[1]))];

    /// <summary>The block whose first line begins so.</summary>
    public string Block(string start) => First(_text.Split("```").Where((_, index) => index % 2 == 1).Select(block => block[(block.IndexOf('\n', StringComparison.Ordinal) + 1)..]), start);

    private string First(IEnumerable<string> parts, string start) =>
        parts.FirstOrDefault(part => part.StartsWith(start, StringComparison.Ordinal)) ?? throw new InvalidOperationException($"{_page} shows nothing that begins with: {start}");
}
