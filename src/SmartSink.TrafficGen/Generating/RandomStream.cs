namespace SmartSink.TrafficGen.Generating;

/// <summary>
/// Random numbers that depend on a seed and a message's number alone, so that the same message is made whichever worker makes it:
/// SplitMix64 (Steele, Lea and Flood 2014), started from both.
/// </summary>
internal struct RandomStream(ulong seed, long number)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = Mix(seed + (Golden * (ulong)(number + 1)));

    /// <summary>The next 64 bits.</summary>
    public ulong Next() => Mix(_state += Golden);

    /// <summary>A number from 0 to <paramref name="limit"/> - 1.</summary>
    public int Next(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>A number from 0 up to, but not including, 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
