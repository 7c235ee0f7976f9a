namespace SmartSink.TrafficGen.Pacing;

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
