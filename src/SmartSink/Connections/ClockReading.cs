using SmartSink.Smtp.Replies;

namespace SmartSink.Connections;

/// <summary>Where moments come from: sessions read no clock.</summary>
internal static class ClockReading
{
    /// <summary>The present moment.</summary>
    public static Moment ReadMoment(this TimeProvider clock)
    {
        var timestamp = clock.GetTimestamp();

        // The system's clock counts nanoseconds; a clock of another frequency is a test's.
        var milliseconds = clock.TimestampFrequency == 1_000_000_000
            ? timestamp / 1_000_000
            : (long)(timestamp * (1000.0 / clock.TimestampFrequency));
        return new Moment(milliseconds, clock.GetUtcNow());
    }
}
