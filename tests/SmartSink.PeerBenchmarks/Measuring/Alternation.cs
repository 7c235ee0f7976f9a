using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Measuring;

/// <summary>Several rounds in which the sinks take turns.</summary>
internal static class Alternation
{
    /// <summary>A warm-up for each, then rounds; the sink that begins changes from round to round.</summary>
    /// <param name="sinks">The sinks.</param>
    /// <param name="rounds">How many runs of each count.</param>
    /// <param name="measure">Makes one run.</param>
    /// <param name="cancellation">Ends it between two runs.</param>
    /// <returns>Each sink's runs, by round.</returns>
    public static async Task<Dictionary<ISink, List<T>>> MeasureAsync<T>(
        IReadOnlyList<ISink> sinks, int rounds, Func<ISink, Task<T>> measure, CancellationToken cancellation)
    {
        var runs = sinks.ToDictionary(sink => sink, _ => new List<T>());
        foreach (var sink in sinks)
        {
            await measure(sink);
        }

        for (var round = 0; round < rounds; round++)
        {
            for (var place = 0; place < sinks.Count; place++)
            {
                cancellation.ThrowIfCancellationRequested();
                var sink = sinks[(round + place) % sinks.Count];
                runs[sink].Add(await measure(sink));
            }
        }

        return runs;
    }
}
