namespace SmartSink.Connections;

/// <summary>One timer for all deadlines: once a second it looks at every connection, and calls those whose time has come.</summary>
internal sealed class ConnectionHeartbeat : IDisposable
{
    /// <summary>The time between two beats, and so how late a deadline may be noticed.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ConnectionRegistry _registry;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private int _beating;

    /// <summary>Starts beating.</summary>
    public ConnectionHeartbeat(ConnectionRegistry registry, TimeProvider clock)
    {
        _registry = registry;
        _clock = clock;
        _timer = clock.CreateTimer(static state => ((ConnectionHeartbeat)state!).Beat(), this, Period, Period);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Beat()
    {
        // A beat that takes longer than the period (thousands of sessions told goodbye) is not joined by the next one.
        if (Interlocked.Exchange(ref _beating, 1) != 0)
        {
            return;
        }

        try
        {
            var now = _clock.ReadMoment().Milliseconds;
            foreach (var connection in _registry.Slots)
            {
                if (connection is not null && connection.Deadline <= now)
                {
                    connection.Attend();
                }
            }
        }
        finally
        {
            Volatile.Write(ref _beating, 0);
        }
    }
}
