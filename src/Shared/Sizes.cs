namespace SmartSink.Shared;

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
