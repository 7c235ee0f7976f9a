namespace SmartSink.Shared;

/// <summary>The numbers of SplitMix64 (Steele, Lea and Flood 2014). Part of what makes seeded runs repeatable: they never change.</summary>
internal static class SplitMix
{
    public const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>The generator's finalizer: 64 bits that look like chance, one-to-one.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>The number at a place, counted from 0, of the sequence that begins at a state.</summary>
    public static ulong At(ulong state, ulong index) => Mix(state + ((index + 1) * Golden));
}
