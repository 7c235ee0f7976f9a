namespace SmartSink.Watching;

/// <summary>Holds what was read from files and is in force. It is read without a lock; a reloader swaps it whole.</summary>
/// <typeparam name="T">What it is.</typeparam>
/// <param name="first">What was read at the start.</param>
internal sealed class ReloadHolder<T>(T first)
    where T : class
{
    private volatile T _current = first;
    private long _applied;
    private long _rejected;

    /// <summary>What is in force.</summary>
    public T Current => _current;

    /// <summary>How often something else was put in force since the start.</summary>
    public long Applied => Interlocked.Read(ref _applied);

    /// <summary>How often changed files were of no use.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>Puts something else in force.</summary>
    public void Apply(T value)
    {
        _current = value;
        Interlocked.Increment(ref _applied);
    }

    /// <summary>Keeps what is in force, as the changed files are of no use.</summary>
    public void Reject() => Interlocked.Increment(ref _rejected);
}
