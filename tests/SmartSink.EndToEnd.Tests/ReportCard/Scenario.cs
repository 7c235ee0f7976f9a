using System.Globalization;
using System.Text.RegularExpressions;
using SmartSink.Testing;

namespace SmartSink.EndToEnd.Tests.ReportCard;

/// <summary>A scenario that is shipped, and the mail that is sent in its first half.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="TimeScale">How fast the providers' time passes in it.</param>
/// <param name="Length">How long it takes, of the machine's time.</param>
internal sealed partial record Scenario(string Name, int TimeScale, TimeSpan Length)
{
    /// <summary>Messages a minute of the providers' time: enough to meet every limit.</summary>
    private const int Pace = 20;

    private static readonly string Folder = RepositoryRoot.Combine("policy", "scenarios");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Directory.EnumerateFiles(Folder, "*.toml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>How many messages there are.</summary>
    public int Messages => (int)(Length.TotalMinutes / 2 * PerMinute);

    /// <summary>The pace, in the machine's minutes.</summary>
    public int PerMinute => Pace * TimeScale;

    /// <summary>Reads one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="longest">How much of the machine's time it may take: it is made faster as needed; no limit unless given.</param>
    public static Scenario Read(string name, TimeSpan? longest = null)
    {
        var text = File.ReadAllText(Path.Combine(Folder, $"{name}.toml"));
        var length = Match(LengthKey(), text);
        var minutes = Number(length) * (length.Groups[2].Value == "h" ? 60 : 1);
        var scale = Math.Max(Number(Match(TimeScaleKey(), text)), longest is { TotalMinutes: var most } ? (int)Math.Ceiling(minutes / most) : 0);
        return new Scenario(name, scale, TimeSpan.FromMinutes((double)minutes / scale));
    }

    private static Match Match(Regex key, string text) => key.Match(text) is { Success: true } match ? match : throw new InvalidOperationException($"a scenario has no {key}");

    private static int Number(Match match) => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("^for = \"([0-9]+)([mh])\"", RegexOptions.Multiline | RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex LengthKey();

    [GeneratedRegex("^time_scale = ([0-9]+)", RegexOptions.Multiline | RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex TimeScaleKey();
}
