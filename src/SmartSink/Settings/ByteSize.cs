using System.Globalization;

namespace SmartSink.Settings;

/// <summary>Numbers of octets as people write them: <c>52428800</c>, <c>50MiB</c> (powers of 1024), <c>50 MB</c> (powers of 1000).</summary>
internal static class ByteSize
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("KiB", 1L << 10),
        ("MiB", 1L << 20),
        ("GiB", 1L << 30),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("B", 1),
    ];

    /// <summary>Reads a size; the units' case does not matter.</summary>
    public static bool TryParse(string text, out long value)
    {
        var factor = 1L;
        var number = text.AsSpan();
        foreach (var unit in Units)
        {
            if (number.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase))
            {
                factor = unit.Factor;
                number = number[..^unit.Suffix.Length].TrimEnd(' ');
                break;
            }
        }

        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out value) || value > long.MaxValue / factor)
        {
            return false;
        }

        value *= factor;
        return true;
    }
}
