namespace SmartSink.Listening;

/// <summary>
/// Lets one thread at a time work on a connection without any thread ever waiting: who finds the gate held leaves a signal, and the
/// holder does that work too before it leaves.
/// </summary>
internal struct ConnectionGate
{
    private const int Held = 1;

    private int _state;

    /// <summary>Whether nobody holds it at this moment.</summary>
    public readonly bool IsFree => Volatile.Read(in _state) == 0;

    /// <summary>Leaves a signal. True when the caller now holds the gate and has to do the work.</summary>
    public bool Enter(GateSignals signal) => (Interlocked.Or(ref _state, Held | (int)signal) & Held) == 0;

    /// <summary>For the holder: the signals left so far, which are then forgotten.</summary>
    public GateSignals Take() => (GateSignals)(Interlocked.Exchange(ref _state, Held) & ~Held);

    /// <summary>For the holder: leaves, unless a signal is waiting. False when it is still the holder.</summary>
    public bool TryLeave() => Interlocked.CompareExchange(ref _state, 0, Held) == Held;
}
