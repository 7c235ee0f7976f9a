namespace SmartSink.PeerBenchmarks.Driving;

/// <summary>The numbers of a run's messages, each taken by one connection.</summary>
/// <param name="first">The first one.</param>
/// <param name="count">How many there are.</param>
internal sealed class MessageNumbers(int first, int count)
{
    private int _taken;

    /// <summary>Takes the next number, if there is one left; from any thread.</summary>
    public bool TryTake(out int number)
    {
        var taken = Interlocked.Increment(ref _taken);
        number = first + taken - 1;
        return taken <= count;
    }
}
