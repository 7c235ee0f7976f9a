namespace SmartSink.Smtp.Server;

/// <summary>A point in time as the transport saw it: the session itself reads no clock.</summary>
/// <param name="Milliseconds">A monotonic count of milliseconds from any origin; deadlines are computed from it.</param>
/// <param name="Utc">The calendar time, for dates in replies.</param>
public readonly record struct Moment(long Milliseconds, DateTimeOffset Utc)
{
    /// <summary>The present moment of a clock.</summary>
    public static Moment Of(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var timestamp = clock.GetTimestamp();
        var milliseconds = clock.TimestampFrequency == TimeSpan.TicksPerSecond * 100
            ? timestamp / 1_000_000
            : (long)(timestamp * (1000.0 / clock.TimestampFrequency));
        return new Moment(milliseconds, clock.GetUtcNow());
    }
}
