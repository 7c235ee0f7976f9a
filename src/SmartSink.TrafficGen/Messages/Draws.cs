using SmartSink.Shared;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Messages;

/// <summary>
/// Random numbers that depend on a seed and a message's number alone, so that the same message is made whichever worker makes it:
/// <see cref="SplitMix"/>, started from both.
/// </summary>
internal struct RandomStream(ulong seed, long number)
{
    private ulong _state = SplitMix.At(seed, (ulong)number);

    /// <summary>The next 64 bits.</summary>
    public ulong Next() => SplitMix.Mix(_state += SplitMix.Golden);

    /// <summary>A number from 0 to <paramref name="limit"/> - 1.</summary>
    public int Next(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>A number from 0 up to, but not including, 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));
}

internal sealed class WeightedDraw
{
    private readonly double[] _upTo;

    /// <summary>Prepares the draw.</summary>
    /// <param name="weights">0 or more each, not all of them 0.</param>
    public WeightedDraw(IEnumerable<double> weights)
    {
        var sum = 0.0;
        _upTo = [.. weights.Select(weight => sum += weight)];
    }

    public int Draw(ref RandomStream random)
    {
        var drawn = random.NextDouble() * _upTo[^1];
        var index = 0;
        while (index < _upTo.Length - 1 && drawn >= _upTo[index])
        {
            index++;
        }

        return index;
    }
}

/// <summary>Draws the sizes of messages' texts.</summary>
internal sealed class SizeDraw
{
    /// <summary>No drawn size is above this, however wide the distribution.</summary>
    private const double Largest = 1 << 30;

    private readonly int _fixed;
    private readonly SizeDistribution? _distribution;
    private readonly WeightedDraw? _list;

    /// <summary>Prepares the draw that the options ask for.</summary>
    public SizeDraw(TrafficOptions options)
    {
        _fixed = options.BodySize;
        _distribution = options.Sizes;
        _list = _distribution is { Sizes.Count: > 0 } ? new WeightedDraw(_distribution.Sizes.Select(size => size.Weight)) : null;
    }

    public int Draw(ref RandomStream random) =>
        _distribution is null ? _fixed
        : _list is not null ? _distribution.Sizes[_list.Draw(ref random)].Bytes
        : (int)Math.Min(_distribution.Median * Math.Exp(_distribution.Sigma * Normal(ref random)), Largest);

    // Box and Muller 1958.
    private static double Normal(ref RandomStream random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
