using SmartSink.Shared;

namespace SmartSink.Events;

/// <summary>
/// How many events of a second are told, and which: all of them up to <see cref="PerSecond"/>. While more come, each kind gets an equal part of that,
/// or less if it has no more, and of a kind every n-th goes in, by what came in the second before; so what is told is spread over the second. What is
/// left out costs some nanoseconds, and no thread waits for another.
/// </summary>
internal sealed class EventBudget
{
    /// <summary>How many events of a second are told.</summary>
    public const int PerSecond = 1000;

    /// <summary>So many of each kind are told even if others have used up the second, as at the beginning of a load.</summary>
    public const int Floor = 50;

    private const int Second = 1000;

    private readonly int _kinds;
    private readonly StripedCounters _offered;
    private readonly StripedCounters _leftOut;
    private readonly long[] _offeredBefore;
    private readonly long[] _strides;
    private readonly int[] _takenOf;
    private readonly Lock _turning = new();
    private int _taken;
    private long _toldOf;
    private long _ends;

    /// <summary>Makes one for kinds from 0 on.</summary>
    public EventBudget(int kinds)
    {
        _kinds = kinds;
        _offered = new StripedCounters(kinds);
        _leftOut = new StripedCounters(1);
        _offeredBefore = new long[kinds];
        _takenOf = new int[kinds];
        _strides = new long[kinds];
        Array.Fill(_strides, 1);
    }

    /// <summary>How many were left out since the start.</summary>
    public long LeftOut => _leftOut.Read(0);

    /// <summary>Whether the second is over, and <see cref="Turn"/> is to be called.</summary>
    /// <param name="now">A count of milliseconds that never goes back.</param>
    public bool IsOver(long now) => now >= Volatile.Read(ref _ends);

    /// <summary>Whether an event is told.</summary>
    public bool Take(int kind)
    {
        var number = _offered.Add(kind);
        var stride = Volatile.Read(ref _strides[kind]);
        if ((stride > 1 && number % stride != 0) || (Volatile.Read(ref _taken) >= PerSecond && Volatile.Read(ref _takenOf[kind]) >= Floor))
        {
            _leftOut.Add(0);
            return false;
        }

        Interlocked.Increment(ref _taken);
        Interlocked.Increment(ref _takenOf[kind]);
        return true;
    }

    /// <summary>Begins another second.</summary>
    /// <returns>How many were left out since the turn before; 0 also when another thread does it now.</returns>
    public long Turn(long now)
    {
        if (!_turning.TryEnter())
        {
            return 0;
        }

        try
        {
            if (!IsOver(now))
            {
                return 0;
            }

            Share(isStale: now - _ends >= Second);
            _taken = 0;
            Array.Clear(_takenOf);
            Volatile.Write(ref _ends, now - (now % Second) + Second);
            var leftOut = LeftOut;
            (var before, _toldOf) = (_toldOf, leftOut);
            return leftOut - before;
        }
        finally
        {
            _turning.Exit();
        }
    }

    // What is asked for the least gets all of it, and what it leaves goes to the others.
    private void Share(bool isStale)
    {
        Span<long> demand = stackalloc long[_kinds];
        for (var kind = 0; kind < _kinds; kind++)
        {
            var offered = _offered.Read(kind);
            demand[kind] = isStale ? 0 : offered - _offeredBefore[kind];
            _offeredBefore[kind] = offered;
        }

        long left = PerSecond;
        Span<bool> isServed = stackalloc bool[_kinds];
        for (var waiting = _kinds; waiting > 0; waiting--)
        {
            var least = -1;
            for (var kind = 0; kind < _kinds; kind++)
            {
                if (!isServed[kind] && (least < 0 || demand[kind] < demand[least]))
                {
                    least = kind;
                }
            }

            var share = Math.Min(demand[least], left / waiting);
            left -= share;
            isServed[least] = true;
            Volatile.Write(ref _strides[least], share == demand[least] ? 1 : ((demand[least] - 1) / share) + 1);
        }
    }
}
