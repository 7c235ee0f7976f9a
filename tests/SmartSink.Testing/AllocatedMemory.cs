namespace SmartSink.Testing;

/// <summary>
/// What is allocated, whether or not it is still held: the least of several rounds. What the work itself allocates it allocates in every
/// round; the test's runner with its reports, and the runtime with methods that it compiles anew and caches that other tests fill, do not.
/// </summary>
public static class AllocatedMemory
{
    /// <summary>As many as it takes for one to meet a moment in which the test's own surroundings stand still.</summary>
    private const int Rounds = 10;

    /// <summary>No more than this: an array that doubles its size now and then does so in each of the first few.</summary>
    private const int RoundsOfCaller = 3;

    /// <summary>
    /// Does the same several times and says how many octets the rest of the process allocated meanwhile. The caller's thread, which is
    /// the client's, is not counted.
    /// </summary>
    /// <param name="round">What is done. Where something goes on by the machine's clock, as a web server's heartbeat does, so little that it comes between two of them however slow the machine is.</param>
    /// <param name="rounds">How often.</param>
    public static long ByOthers(Action round, int rounds = Rounds) => Least(
        rounds, static () => GC.GetTotalAllocatedBytes(precise: true) - GC.GetAllocatedBytesForCurrentThread(), round, static round => round());

    /// <summary>Does the same several times and says how many octets the caller's thread allocated.</summary>
    public static long ByCaller(Action round) => ByCaller(round, static round => round());

    /// <inheritdoc cref="ByCaller(Action)"/>
    /// <param name="on">What it is done with.</param>
    /// <param name="round">What is done.</param>
    public static long ByCaller<T>(T on, Action<T> round)
        where T : allows ref struct =>
        Least(RoundsOfCaller, GC.GetAllocatedBytesForCurrentThread, on, round);

    private static long Least<T>(int rounds, Func<long> read, T on, Action<T> round)
        where T : allows ref struct
    {
        var least = long.MaxValue;
        for (var i = 0; i < rounds; i++)
        {
            var before = read();
            round(on);
            least = Math.Min(least, read() - before);
        }

        return least;
    }
}
