using System.Globalization;

namespace SmartSink.Shared;

/// <summary>
/// Numbers as people write them: digits, perhaps a decimal point, perhaps commas between thousands. Signs, exponents and words are none,
/// and neither is a comma elsewhere: 1,5 would be read as 15.
/// </summary>
internal static class Quantity
{
    private const int ThousandsDigits = 3;

    public static bool TryParse(ReadOnlySpan<char> text, out decimal value)
    {
        value = 0;
        return !text.IsEmpty && char.IsAsciiDigit(text[0]) && HasThousandsOnly(text)
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Reads a number with a unit behind it; without one the number stands for itself.</summary>
    /// <param name="text">The number, perhaps spaces, perhaps a unit in any case.</param>
    /// <param name="units">The units and what they stand for; one that ends another comes after it.</param>
    /// <param name="most">The largest product that is taken.</param>
    /// <param name="value">The product.</param>
    public static bool TryParse(ReadOnlySpan<char> text, ReadOnlySpan<(string Unit, decimal Factor)> units, long most, out decimal value)
    {
        var factor = 1m;
        foreach (var (unit, times) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                factor = times;
                text = text[..^unit.Length].TrimEnd(' ');
                break;
            }
        }

        var good = TryParse(text, out var number) && number <= most / factor;
        value = good ? number * factor : 0;
        return good;
    }

    /// <summary>Whether each comma has a group of three digits behind it, and one to three digits before the first.</summary>
    private static bool HasThousandsOnly(ReadOnlySpan<char> text)
    {
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var comma = whole.IndexOf(',');
        if (comma < 0)
        {
            return true;
        }

        if (comma > ThousandsDigits)
        {
            return false;
        }

        for (; comma < whole.Length; comma += ThousandsDigits + 1)
        {
            if (whole[comma] != ',' || whole.Length < comma + ThousandsDigits + 1 || whole.Slice(comma + 1, ThousandsDigits).Contains(','))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Percentages from 0 to 100: <c>2.5</c>, <c>2.5%</c>.</summary>
internal static class Percents
{
    public static bool TryParse(ReadOnlySpan<char> text, out double value)
    {
        var good = Quantity.TryParse(text, [("%", 1)], most: 100, out var percent);
        value = (double)percent;
        return good;
    }
}

/// <summary>Numbers of bytes: <c>60000</c>, <c>60kB</c> or <c>60k</c> (powers of 1000), <c>1.5MiB</c> (powers of 1024); case does not matter.</summary>
internal static class Sizes
{
    private static readonly (string Unit, decimal Bytes)[] Units =
    [
        ("KiB", 1L << 10),
        ("MiB", 1L << 20),
        ("GiB", 1L << 30),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("B", 1),
    ];

    /// <summary>Reads a size, rounded to whole bytes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        var good = Quantity.TryParse(text, Units, long.MaxValue, out var bytes);
        value = (long)Math.Round(bytes);
        return good;
    }
}

/// <summary>Times as people write them: <c>250ms</c>, <c>90s</c>, <c>5m</c>, <c>1.5h</c>, <c>2d</c>; a number alone is seconds.</summary>
internal static class Times
{
    private const int LongestDays = 24;

    private static readonly (string Unit, decimal Seconds)[] Units = [("ms", 0.001m), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];

    /// <summary>Reads a time from zero to 24 days, which every timer of the platform can hold, rounded to milliseconds.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        var good = Quantity.TryParse(text, Units, LongestDays * 86_400L, out var seconds);
        value = TimeSpan.FromMilliseconds((double)Math.Round(seconds * 1_000));
        return good;
    }

    /// <summary>The shortest form that is read as the same.</summary>
    public static string Write(TimeSpan time) => time switch
    {
        { Ticks: 0 } => "0",
        _ when time.Ticks % TimeSpan.TicksPerHour == 0 => $"{time.TotalHours}h",
        _ when time.Ticks % TimeSpan.TicksPerMinute == 0 => $"{time.TotalMinutes}m",
        _ when time.Ticks % TimeSpan.TicksPerSecond == 0 => $"{time.TotalSeconds}s",
        _ => $"{time.TotalMilliseconds}ms",
    };
}
