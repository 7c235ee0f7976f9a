namespace SmartSink.TrafficGen.Pacing;

/// <summary>Hands out messages until the run's end, each once, at the rate that was asked for. For all workers at once.</summary>
internal sealed class Schedule
{
    private readonly long _count;
    private readonly long _deadline;
    private readonly ThrottleGate? _throttle;
    private readonly RateProfile? _profile;
    private long _taken;
    private volatile bool _stopped;

    /// <summary>Begins the run now.</summary>
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

    /// <summary>Hands out no more.</summary>
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
