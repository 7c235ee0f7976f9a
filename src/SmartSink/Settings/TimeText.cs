using System.Globalization;

namespace SmartSink.Settings;

/// <summary>Times as people write them: <c>90s</c>, <c>5m</c>, <c>1.5h</c>, <c>250ms</c>; a number alone is seconds.</summary>
internal static class TimeText
{
    /// <summary>What every timer of the platform can hold.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    private static readonly (string Suffix, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Reads a time from zero to 24 days.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        var factor = 1.0;
        var number = text.AsSpan();
        foreach (var unit in Units)
        {
            if (number.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase))
            {
                factor = unit.Seconds;
                number = number[..^unit.Suffix.Length].TrimEnd(' ');
                break;
            }
        }

        value = TimeSpan.Zero;
        if (number.IsEmpty || !char.IsAsciiDigit(number[0])
            || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            || amount * factor > Longest.TotalSeconds)
        {
            return false;
        }

        value = TimeSpan.FromMilliseconds(Math.Round(amount * factor * 1000));
        return true;
    }
}
