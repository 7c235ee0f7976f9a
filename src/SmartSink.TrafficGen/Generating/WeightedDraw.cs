namespace SmartSink.TrafficGen.Generating;

/// <summary>Draws indexes by weight.</summary>
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

    /// <summary>Draws one.</summary>
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
