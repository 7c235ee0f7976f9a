using System.Diagnostics;
using SmartSink.PeerBenchmarks.Clients;

namespace SmartSink.PeerBenchmarks.Held;

/// <summary>Deliveries that fall due at a steady rate, whatever the sink does: a slow answer does not spare it the next message.</summary>
/// <param name="Kept">Whether a connection is kept for all messages; then a transaction is MAIL to the end of data, else connect to the answer to QUIT.</param>
/// <param name="Senders">Clients at once, each on its own thread.</param>
/// <param name="Rate">Messages per second of all of them.</param>
internal sealed record SteadyDelivery(bool Kept, int Senders, double Rate)
{
    private static readonly byte[] Message = TestMessage.OfBody(1000);

    /// <summary>Delivers for a while.</summary>
    /// <returns>The time of each transaction in milliseconds, the shortest first. One that was held up by the last counts from when it was due.</returns>
    public async Task<IReadOnlyList<double>> RunAsync(int port, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 10);
        var senders = Enumerable.Range(0, Senders).Select(sender => Task.Factory.StartNew(
            () => Deliver(port, start + Ticks(sender / Rate), start + Ticks(duration.TotalSeconds)),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
        var times = await Task.WhenAll(senders);
        return [.. times.SelectMany(times => times).Order()];
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

    private static void SleepUntil(long moment)
    {
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), moment);
        if (wait > TimeSpan.Zero)
        {
            Thread.Sleep(wait);
        }
    }

    private List<double> Deliver(int port, long first, long end)
    {
        var times = new List<double>();
        using var kept = Kept ? DialogClient.Connect(port) : null;
        kept?.Greet();
        for (var due = first; due < end; due += Ticks(Senders / Rate))
        {
            var isLate = Stopwatch.GetTimestamp() > due;
            SleepUntil(due);
            var started = isLate ? due : Stopwatch.GetTimestamp();
            Transact(port, kept);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return times;
    }

    private static void Transact(int port, DialogClient? kept)
    {
        if (kept is not null)
        {
            kept.Deliver(Message);
            return;
        }

        using var client = DialogClient.Connect(port);
        client.Greet();
        client.Deliver(Message);
        client.Quit();
    }
}
