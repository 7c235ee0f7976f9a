using System.Numerics;

namespace SmartSink.Resting;

/// <summary>
/// Notices that the process has come to rest, by the processor time that it uses, and has it give back memory: after the start, and after
/// every time of work. Connections may stand open meanwhile. It does so again and again, each time after twice as long a rest: what
/// code is still compiled in the background takes memory anew, ever more seldom.
/// </summary>
internal sealed class RestWatch : IDisposable
{
    /// <summary>From one look to the next.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    /// <summary>The most processor time that a process at rest uses between two looks, two percent: several times that of ten thousand idle connections.</summary>
    public static readonly TimeSpan Idling = Period / 50;

    private readonly Func<TimeSpan> _processorTime;
    private readonly Action _giveBack;
    private readonly ITimer _timer;
    private TimeSpan _used;
    private uint _quiet;

    /// <summary>Begins to look.</summary>
    /// <param name="processorTime">What the process has used since its start.</param>
    /// <param name="giveBack">Gives memory back. What it uses itself is not taken for work.</param>
    /// <param name="clock">For the time between looks.</param>
    public RestWatch(Func<TimeSpan> processorTime, Action giveBack, TimeProvider clock)
    {
        _processorTime = processorTime;
        _giveBack = giveBack;
        _used = processorTime();
        _timer = clock.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(Period, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        _quiet = _processorTime() - _used > Idling ? 0 : _quiet + 1;
        if (BitOperations.IsPow2(_quiet))
        {
            _giveBack();
        }

        _used = _processorTime();
        _timer.Change(Period, Timeout.InfiniteTimeSpan);
    }
}
