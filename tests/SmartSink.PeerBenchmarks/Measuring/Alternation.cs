namespace SmartSink.PeerBenchmarks.Measuring;

/// <summary>Several rounds in which sinks, or generators, take turns.</summary>
internal static class Alternation
{
    /// <summary>A warm-up for each, then rounds; the one that begins changes from round to round.</summary>
    /// <param name="subjects">Who take turns.</param>
    /// <param name="rounds">How many runs of each count.</param>
    /// <param name="measure">Makes one run.</param>
    /// <param name="cancellation">Ends it between two runs.</param>
    /// <returns>Each one's runs, by round.</returns>
    public static async Task<Dictionary<TSubject, List<TRun>>> MeasureAsync<TSubject, TRun>(
        IReadOnlyList<TSubject> subjects, int rounds, Func<TSubject, Task<TRun>> measure, CancellationToken cancellation)
        where TSubject : notnull
    {
        var runs = subjects.ToDictionary(subject => subject, _ => new List<TRun>());
        foreach (var subject in subjects)
        {
            await measure(subject);
        }

        for (var round = 0; round < rounds; round++)
        {
            for (var place = 0; place < subjects.Count; place++)
            {
                cancellation.ThrowIfCancellationRequested();
                var subject = subjects[(round + place) % subjects.Count];
                runs[subject].Add(await measure(subject));
            }
        }

        return runs;
    }
}
