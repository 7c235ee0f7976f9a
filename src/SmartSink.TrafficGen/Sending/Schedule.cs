using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <summary>Hands out messages until the run's end, each once, at the rate that was asked for. For all workers at once.</summary>
internal sealed class Schedule
{
    private readonly long _count;
    private readonly long _deadline;
    private readonly ThrottleGate? _throttle;
    private readonly RateProfile? _profile;
    private long _taken;
    private volatile bool _stopped;

    public Schedule(TrafficOptions options, TimeProvider clock)
    {
        var now = clock.GetTimestamp();
        _count = options.MessageCount ?? long.MaxValue;
        _deadline = options.Duration is { } duration ? now + (long)(duration.TotalSeconds * clock.TimestampFrequency) : long.MaxValue;
        _throttle = options.Throttle is { } throttle ? new ThrottleGate(throttle, clock.TimestampFrequency) : null;
        _profile = options.RateProfile.Count > 0 ? new RateProfile(options.RateProfile, now, clock.TimestampFrequency) : null;
    }

    /// <summary>When the last message may begin, as a time stamp.</summary>
    public long Deadline => _deadline;

    /// <summary>Whether no more messages are handed out, because somebody said so.</summary>
    public bool IsStopped => _stopped;

    public void Stop() => _stopped = true;

    /// <summary>Takes the next message; false when there are no more.</summary>
    /// <param name="now">The clock's present time stamp.</param>
    /// <param name="ticket">The message. The caller waits for its time.</param>
    public bool TryTake(long now, out Ticket ticket)
    {
        ticket = default;
        if (_stopped || now >= _deadline || Volatile.Read(ref _taken) >= _count)
        {
            return false;
        }

        var number = Interlocked.Increment(ref _taken) - 1;
        var time = _profile?.DueTime(number) ?? _throttle?.Reserve(now) ?? now;
        ticket = new Ticket(number, time, _profile is not null);
        return number < _count && time < _deadline;
    }
}

/// <summary>The right to send one message.</summary>
/// <param name="Number">The message's number, from 0 on.</param>
/// <param name="NotBefore">When it may go, as a time stamp of the run's clock.</param>
/// <param name="IsDue">Whether it was to go exactly then, so that its latency counts from there.</param>
internal readonly record struct Ticket(long Number, long NotBefore, bool IsDue);

/// <summary>
/// Keeps messages below a rate by one number, the theoretical arrival time of the generic cell rate algorithm (ITU-T I.371): whoever
/// comes early waits until the burst that is allowed has room again.
/// </summary>
/// <param name="throttle">The rate.</param>
/// <param name="frequency">Time stamps in a second.</param>
internal sealed class ThrottleGate(Throttle throttle, long frequency)
{
    private readonly double _interval = throttle.Period.TotalSeconds * frequency / throttle.Limit;
    private readonly Lock _lock = new();
    private double _arrival;

    /// <summary>Takes the next place.</summary>
    /// <param name="now">The present time stamp.</param>
    /// <returns>When the message may go; never before now.</returns>
    public long Reserve(long now)
    {
        lock (_lock)
        {
            var arrival = Math.Max(_arrival, now);
            _arrival = arrival + _interval;
            return Math.Max(now, (long)(arrival - ((throttle.MaxBurst - 1) * _interval)));
        }
    }
}
