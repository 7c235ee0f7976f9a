using SmartSink.Transport;

namespace SmartSink.Connections;

/// <summary>
/// Calls connections whose time has come. Once a second it looks at the deadline of each, which may be noticed that late. Replies that wait go
/// to the millisecond: their connections stand in a ring with a place for each of the next milliseconds, for which one more timer runs as long
/// as anybody is in it.
/// </summary>
internal sealed class ConnectionHeartbeat : IDisposable
{
    /// <summary>The time between two beats, and so how late a deadline may be noticed.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Milliseconds ahead that have a place: two beats, so that one which comes late still finds everybody in time.</summary>
    private const int Places = 2048;

    private readonly ConnectionRegistry _registry;
    private readonly TimeProvider _clock;
    private ITimer _fine;
    private ITimer? _timer;
    private int _beating;

    private readonly Lock _gate = new();

    // The first of those who are due in the same millisecond; they are linked by NextDue, and the last one to itself.
    private readonly IOpenConnection?[] _ring = new IOpenConnection?[Places];
    private int _taken; // places with somebody in them
    private long _next; // the first millisecond whose place was not emptied
    private long _alarm = long.MaxValue; // when the fine timer goes off

    /// <summary>Nothing beats before <see cref="Start"/>.</summary>
    public ConnectionHeartbeat(ConnectionRegistry registry, TimeProvider clock)
    {
        _registry = registry;
        _clock = clock;
        _fine = clock.CreateTimer(static state => ((ConnectionHeartbeat)state!).CallDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts beating. Nobody has paused yet.</summary>
    /// <param name="transport">Whose threads are best at calling those that pause; null for the clock's own.</param>
    public void Start(ITransport? transport = null)
    {
        if (transport is not null)
        {
            _fine.Dispose();
            _fine = transport.CreateTimer(CallDue, _clock);
        }

        _timer = _clock.CreateTimer(static state => ((ConnectionHeartbeat)state!).Beat(), this, Period, Period);
    }

    /// <summary>A connection has begun to pause: it is called at its deadline. For its own thread.</summary>
    public void Expect(IOpenConnection connection) => Expect(connection, Now());

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _fine.Dispose();
    }

    private long Now() => _clock.ReadMoment().Milliseconds;

    private void Beat()
    {
        // A beat that takes longer than the period (thousands of sessions told goodbye) is not joined by the next one.
        if (Interlocked.Exchange(ref _beating, 1) != 0)
        {
            return;
        }

        try
        {
            var now = Now();
            foreach (var connection in _registry.Slots)
            {
                if (connection is null)
                {
                    continue;
                }

                if (connection.Deadline <= now)
                {
                    connection.Attend();
                }
                else if (connection.IsPausing)
                {
                    Expect(connection, now);
                }
            }
        }
        finally
        {
            Volatile.Write(ref _beating, 0);
        }
    }

    private void Expect(IOpenConnection connection, long now)
    {
        var due = connection.Deadline;
        if (due - now >= Places)
        {
            return; // a later beat's
        }

        lock (_gate)
        {
            _next = _taken == 0 ? now : _next;
            due = Math.Max(due, _next);

            // Who stands in the ring already is called by then: a pause ends early only with the server, and then nobody pauses any more.
            if (connection.NextDue is not null || due - _next >= Places)
            {
                return;
            }

            ref var first = ref _ring[due % Places];
            _taken += first is null ? 1 : 0;
            connection.NextDue = first ?? connection;
            first = connection;
            if (due < _alarm)
            {
                SetAlarm(due, now);
            }
        }
    }

    private void SetAlarm(long due, long now)
    {
        _alarm = due;
        _fine.Change(TimeSpan.FromMilliseconds(Math.Max(due - now, 0)), Timeout.InfiniteTimeSpan);
    }

    private void CallDue()
    {
        var now = Now();
        while (TakeDue(now) is { } connection)
        {
            while (connection is not null)
            {
                var next = connection.NextDue;
                connection.NextDue = null;
                connection.Attend();
                connection = ReferenceEquals(next, connection) ? null : next;
            }
        }
    }

    /// <summary>Empties the next place whose time has come; null when there is none, and the alarm is set for the first one that is left.</summary>
    private IOpenConnection? TakeDue(long now)
    {
        lock (_gate)
        {
            while (_taken > 0 && _next <= now)
            {
                ref var place = ref _ring[_next++ % Places];
                if (place is { } first)
                {
                    place = null;
                    _taken--;
                    return first;
                }
            }

            _alarm = long.MaxValue;
            if (_taken > 0)
            {
                var due = _next;
                while (_ring[due % Places] is null)
                {
                    due++;
                }

                SetAlarm(due, now);
            }

            return null;
        }
    }
}
