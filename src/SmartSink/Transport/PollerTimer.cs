using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace SmartSink.Transport;

/// <summary>A timer that goes off once each time it is set, on a polling thread (timerfd_create(2)). Setting it is for any thread.</summary>
internal sealed unsafe class PollerTimer : ITimer, IReadyHandler
{
    private readonly SocketPoller _poller;
    private readonly Action _callback;
    private readonly int _descriptor;

    /// <summary>Kept open as long as a call is under way: its number may be another file's right after.</summary>
    private readonly SafeFileHandle _timer;

    /// <summary>Opens it; it is not set yet.</summary>
    /// <exception cref="SocketException">The system has no descriptor left, or its limit on watches is reached.</exception>
    public PollerTimer(SocketPoller poller, Action callback)
    {
        (_poller, _callback) = (poller, callback);
        _descriptor = Libc.timerfd_create(Libc.CLOCK_MONOTONIC, Libc.SOCK_NONBLOCK | Libc.CLOEXEC);
        if (_descriptor < 0)
        {
            throw new SocketException((int)Errno.Last());
        }

        _timer = new SafeFileHandle(_descriptor, ownsHandle: true);

        // Each time that it goes off is reported once, and never has to be read.
        poller.Add(_descriptor, this, ReadyFlags.Readable | ReadyFlags.Once);
    }

    /// <inheritdoc/>
    /// <param name="dueTime">The time until it goes off; infinite for never.</param>
    /// <param name="period">Infinite.</param>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(period, Timeout.InfiniteTimeSpan);
        var ticks = dueTime == Timeout.InfiniteTimeSpan ? 0 : Math.Max(dueTime.Ticks, 1); // no time at all would unset it
        var time = stackalloc nint[4]; // struct itimerspec: the interval, and the first time, each in seconds and nanoseconds
        time[0] = time[1] = 0;
        time[2] = (nint)(ticks / TimeSpan.TicksPerSecond);
        time[3] = (nint)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick);
        try
        {
            return Libc.timerfd_settime(_timer, 0, time, null) == 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_timer.IsClosed)
        {
            _poller.Remove(_descriptor);
            _timer.Dispose();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    void IReadyHandler.OnReady(ReadyFlags flags) => _callback();

    /// <inheritdoc/>
    void IReadyHandler.OnPosted()
    {
    }
}
