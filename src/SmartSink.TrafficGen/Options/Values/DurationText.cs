namespace SmartSink.TrafficGen.Options.Values;

/// <summary>Times as people write them: <c>90s</c>, <c>10m</c>, <c>1.5h</c>, <c>2d</c>, <c>250ms</c>; a number alone is seconds.</summary>
internal static class DurationText
{
    /// <summary>What an error says was expected.</summary>
    public const string Expected = "a time above zero such as 90, 90s, 10m or 2h, of at most 24 days";

    /// <summary>What every timer of the platform can hold.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    private static readonly (string Suffix, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    /// <summary>Reads a time from 1 ms to 24 days.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        var seconds = 1.0;
        var number = text;
        foreach (var unit in Units)
        {
            if (text.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase))
            {
                seconds = unit.Seconds;
                number = text[..^unit.Suffix.Length].TrimEnd(' ');
                break;
            }
        }

        value = TimeSpan.Zero;
        if (!NumberText.TryParse(number, out var amount) || amount * seconds > Longest.TotalSeconds)
        {
            return false;
        }

        value = TimeSpan.FromMilliseconds(Math.Round(amount * seconds * 1000));
        return value > TimeSpan.Zero;
    }
}
