using System.Diagnostics;

namespace SmartSink.TrafficGen.Tests.Options;

/// <summary>
/// A clock that stands still while anything is done, and leaps to the end of each wait, so that a run with one connection takes no time and
/// happens at exactly known times. What is done again and again by the clock is never done.
/// </summary>
internal sealed class LeapingClock : TimeProvider
{
    private readonly Lock _lock = new();
    private TimeSpan _passed;

    /// <summary>How far it has gone.</summary>
    public TimeSpan Passed
    {
        get
        {
            lock (_lock)
            {
                return _passed;
            }
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => Stopwatch.Frequency;

    /// <inheritdoc/>
    public override long GetTimestamp() => Passed.Ticks * (Stopwatch.Frequency / TimeSpan.TicksPerSecond);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) + Passed;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period == Timeout.InfiniteTimeSpan && dueTime != Timeout.InfiniteTimeSpan)
        {
            var due = Passed + dueTime;
            ThreadPool.QueueUserWorkItem(_ =>
            {
                LeapTo(due);
                callback(state);
            });
        }

        return new Timer();
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan time) => LeapTo(Passed + time);

    private void LeapTo(TimeSpan time)
    {
        lock (_lock)
        {
            _passed = time > _passed ? time : _passed;
        }
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
