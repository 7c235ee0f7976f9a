namespace SmartSink.Smtp.Server;

/// <summary>A point in time as the transport saw it: the session itself reads no clock.</summary>
/// <param name="Milliseconds">A monotonic count of milliseconds from any origin; deadlines are computed from it.</param>
/// <param name="Utc">The calendar time, for dates in replies.</param>
public readonly record struct Moment(long Milliseconds, DateTimeOffset Utc);
