using System.Threading.Tasks.Sources;

namespace SmartSink.Transport;

/// <summary>
/// A read or write that waits for its socket; one object serves all those of a stream, one after another. Who awaits it goes on within
/// the call that ends it, on the polling thread.
/// </summary>
internal sealed class PolledOperation : IValueTaskSource<int>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<int> _core;

    /// <summary>Whether somebody waits.</summary>
    public bool IsPending { get; private set; }

    /// <summary>Begins to wait, for a number of octets.</summary>
    public ValueTask<int> Begin()
    {
        Reset();
        return new ValueTask<int>(this, _core.Version);
    }

    /// <summary>Begins to wait, for the end alone.</summary>
    public ValueTask BeginWithoutResult()
    {
        Reset();
        return new ValueTask(this, _core.Version);
    }

    /// <summary>Ends the wait.</summary>
    public void Complete(int bytes)
    {
        IsPending = false;
        _core.SetResult(bytes);
    }

    /// <summary>Ends the wait with an error.</summary>
    public void Fail(Exception error)
    {
        IsPending = false;
        _core.SetException(error);
    }

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Reset()
    {
        _core.Reset();
        IsPending = true;
    }
}
