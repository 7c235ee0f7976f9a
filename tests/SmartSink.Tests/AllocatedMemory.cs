namespace SmartSink.Tests;

/// <summary>What is allocated, whether or not it is still held.</summary>
internal static class AllocatedMemory
{
    /// <summary>As many as it takes for one to meet a moment in which the test's own surroundings (its runner, its reports) stand still.</summary>
    private const int Rounds = 10;

    /// <summary>
    /// Does the same several times and says how many octets the rest of the process allocated meanwhile, in the round in which it was
    /// the least: what the work itself allocates it allocates in every round. The caller's thread, which is the client's, is not counted.
    /// </summary>
    public static long ByOthers(Action round)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Rounds; i++)
        {
            var before = Read();
            round();
            least = Math.Min(least, Read() - before);
        }

        return least;
    }

    private static long Read() => GC.GetTotalAllocatedBytes(precise: true) - GC.GetAllocatedBytesForCurrentThread();
}
