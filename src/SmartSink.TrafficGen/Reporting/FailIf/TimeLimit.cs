using SmartSink.TrafficGen.Options.Values;

namespace SmartSink.TrafficGen.Reporting.FailIf;

/// <summary>Times that a condition compares with, in milliseconds; a number alone is milliseconds.</summary>
internal static class TimeLimit
{
    private static readonly (string Suffix, double Milliseconds)[] Units = [("us", 0.001), ("ms", 1), ("s", 1000), ("m", 60_000)];

    /// <summary>Reads a time of zero and above.</summary>
    public static bool TryParse(string text, out double milliseconds)
    {
        var (suffix, factor) = Units.FirstOrDefault(unit => text.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase), (string.Empty, 1));
        var good = NumberText.TryParse(text.AsSpan(0, text.Length - suffix.Length).TrimEnd(' '), out var amount);
        milliseconds = amount * factor;
        return good;
    }
}
