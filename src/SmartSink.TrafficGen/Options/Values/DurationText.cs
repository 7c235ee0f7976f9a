namespace SmartSink.TrafficGen.Options.Values;

/// <summary>Times as people write them: <c>90s</c>, <c>10m</c>, <c>1.5h</c>, <c>2d</c>, <c>250ms</c>; a number alone is seconds.</summary>
internal static class DurationText
{
    /// <summary>What an error says was expected.</summary>
    public const string Expected = "a time above zero such as 90, 90s, 10m or 2h, of at most 24 days";

    /// <summary>What every timer of the platform can hold.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    /// <summary>Reads a time from 1 ms to 24 days.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (!UnitText.TryParse(text, Units, out var seconds) || seconds > Longest.TotalSeconds)
        {
            return false;
        }

        value = TimeSpan.FromMilliseconds(Math.Round(seconds * 1000));
        return value > TimeSpan.Zero;
    }
}
