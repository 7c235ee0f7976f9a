namespace SmartSink.TrafficGen.Sending;

/// <summary>How long to wait before a further attempt: twice as long each time, within bounds, and never all workers at once.</summary>
internal static class Backoff
{
    /// <summary>How often a message is tried in all.</summary>
    public const int Attempts = 8;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>The wait after an attempt.</summary>
    /// <param name="attempt">Which has failed, from 1 on.</param>
    /// <param name="chance">0 up to 1: where in the jitter's range of half to one and a half times.</param>
    public static TimeSpan After(int attempt, double chance)
    {
        var doubled = First * Math.Pow(2, Math.Min(attempt, 16) - 1);
        return (doubled < Longest ? doubled : Longest) * (0.5 + chance);
    }
}
