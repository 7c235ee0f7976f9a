using SmartSink.Shared;

namespace SmartSink.TrafficGen.Reporting.FailIf;

/// <summary>Times that a condition compares with, in milliseconds; a number alone is milliseconds.</summary>
internal static class TimeLimit
{
    private static readonly (string Unit, decimal Milliseconds)[] Units = [("us", 0.001m), ("ms", 1), ("s", 1000), ("m", 60_000)];

    /// <summary>Reads a time of zero and above.</summary>
    public static bool TryParse(string text, out double milliseconds)
    {
        var good = Quantity.TryParse(text, Units, long.MaxValue, out var value);
        milliseconds = (double)value;
        return good;
    }
}
