namespace SmartSink.TrafficGen.Options.Values;

/// <summary>Numbers of octets: <c>60000</c>, <c>60kb</c> (powers of 1000: kb, mb, gb), <c>1MiB</c> (powers of 1024: KiB, MiB, GiB).</summary>
internal static class SizeText
{
    /// <summary>What an error says was expected.</summary>
    public const string Expected = "a size such as 1024, 60kb (60,000 octets) or 1MiB (1,048,576), of at most 1GiB";

    /// <summary>The largest size, in octets.</summary>
    public const int Largest = 1 << 30;

    private static readonly (string Unit, double Bytes)[] Units =
    [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("kb", 1_000),
        ("mb", 1_000_000),
        ("gb", 1_000_000_000),
        ("k", 1_000),
        ("m", 1_000_000),
        ("g", 1_000_000_000),
        ("b", 1),
    ];

    /// <summary>Reads a size from 0 to <see cref="Largest"/>; the units' case does not matter.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        if (!UnitText.TryParse(text, Units, out var bytes) || bytes > Largest)
        {
            return false;
        }

        value = (int)Math.Round(bytes);
        return true;
    }
}
