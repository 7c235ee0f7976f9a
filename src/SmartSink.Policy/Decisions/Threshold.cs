namespace SmartSink.Policy.Decisions;

/// <summary>A share as a bound for 63 random bits: they are below it with exactly that probability, rounded to 2^-63.</summary>
public static class Threshold
{
    /// <summary>The bound that no draw reaches.</summary>
    public const ulong Always = 1UL << 63;

    /// <summary>The bound for a part of a whole; 0 for never, <see cref="Always"/> when the part is the whole.</summary>
    /// <param name="part">0 to <paramref name="whole"/>.</param>
    /// <param name="whole">More than 0.</param>
    public static ulong Of(decimal part, decimal whole) =>
        part >= whole ? Always : (ulong)(part / whole * Always);
}
