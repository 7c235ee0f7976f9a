using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <summary>What all workers of a run share.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Messages">Makes the messages.</param>
/// <param name="Schedule">Says when the next one goes, and when there are no more.</param>
/// <param name="Observer">Hears what becomes of them.</param>
/// <param name="Control">Ends the run.</param>
/// <param name="Clock">The time.</param>
internal sealed record TrafficContext(
    TrafficOptions Options,
    MessageGenerator Messages,
    Schedule Schedule,
    ITrafficObserver Observer,
    RunControl Control,
    TimeProvider Clock);

/// <summary>How a run is ended early: no message is begun any more, and who waits to begin one waits no longer.</summary>
internal sealed class RunControl(Schedule schedule, TimeProvider clock) : IDisposable
{
    /// <summary>Connections being made at once: more would overflow a server's backlog, which costs seconds.</summary>
    private const int Connecting = 128;

    private readonly CancellationTokenSource _stopped = new();
    private int _failed;
    private string? _reason;
    private long _stoppedAt;

    /// <summary>Cancelled when no message is to be begun any more.</summary>
    public CancellationToken Stopped => _stopped.Token;

    public SemaphoreSlim Gate { get; } = new(Connecting);

    /// <summary>Whether a message failed that was not to fail.</summary>
    public bool HasFailed => Volatile.Read(ref _failed) != 0;

    /// <summary>Why no further try could have helped; null when none of them ended the run.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>When the run was ended, as a time stamp; null before.</summary>
    public long? StoppedAt => Volatile.Read(ref _stoppedAt) is var time and not 0 ? time : null;

    public void Stop()
    {
        Interlocked.CompareExchange(ref _stoppedAt, Math.Max(clock.GetTimestamp(), 1), 0);
        schedule.Stop();
        // Continuations are the workers'; they are not to run one after the other in the caller.
        _ = _stopped.CancelAsync();
    }

    /// <summary>Ends the run because a message failed.</summary>
    public void Fail()
    {
        Volatile.Write(ref _failed, 1);
        Stop();
    }

    /// <summary>Ends the run because the server will not do what it was asked for, however often it is asked.</summary>
    /// <param name="reason">One line for the user; the first is kept.</param>
    public void Fail(string reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        Fail();
    }

    public void Dispose()
    {
        _stopped.Dispose();
        Gate.Dispose();
    }
}
