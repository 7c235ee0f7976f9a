using System.Collections.Concurrent;
using System.Text;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests;

/// <summary>Counts what it hears.</summary>
internal sealed class CountingObserver : ITrafficObserver
{
    private int _connected;
    private int _begun;
    private int _disconnected;
    private int _accepted;
    private int _refused;
    private int _retried;
    private int _givenUp;
    private int _left;
    private long _bytes;

    public ConcurrentDictionary<(TrafficFault Fault, TrafficStage Stage), int> Faults { get; } = new();

    public ConcurrentDictionary<(int Code, TrafficStage Stage, int Domain), int> Answers { get; } = new();

    /// <summary>Refusals' texts as they came.</summary>
    public ConcurrentDictionary<(int Code, string Text), int> Texts { get; } = new();

    public ConcurrentDictionary<TrafficStage, int> Times { get; } = new();

    public int Connections => _connected;

    public int Open => _connected - _disconnected;

    public int Begun => _begun;

    public int Accepted => _accepted;

    public int Refused => _refused;

    public int Retried => _retried;

    public int GivenUp => _givenUp;

    public int Left => _left;

    public long Bytes => _bytes;

    public string? Reason { get; private set; }

    public void Connected() => Interlocked.Increment(ref _connected);

    public void Disconnected() => Interlocked.Increment(ref _disconnected);

    public void Faulted(TrafficFault fault, TrafficStage stage) => Faults.AddOrUpdate((fault, stage), 1, (_, count) => count + 1);

    public void Timed(TrafficStage stage, long ticks)
    {
        ticks.ShouldBeGreaterThanOrEqualTo(0);
        Times.AddOrUpdate(stage, 1, (_, count) => count + 1);
    }

    public void RecipientAnswered(int code, TrafficStage stage, int domain, ReadOnlySpan<byte> text)
    {
        Answers.AddOrUpdate((code, stage, domain), 1, (_, count) => count + 1);
        if (!text.IsEmpty)
        {
            Texts.AddOrUpdate((code, Encoding.UTF8.GetString(text)), 1, (_, count) => count + 1);
        }
    }

    public void MessageBegun(long number) => Interlocked.Increment(ref _begun);

    public void MessageAccepted(long number, long bytes)
    {
        Interlocked.Increment(ref _accepted);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void MessageRefused(long number) => Interlocked.Increment(ref _refused);

    public void MessageRetried() => Interlocked.Increment(ref _retried);

    public void MessageGivenUp(long number) => Interlocked.Increment(ref _givenUp);

    public void MessageLeft(long number) => Interlocked.Increment(ref _left);

    public void Ended(string reason) => Reason = reason;
}
