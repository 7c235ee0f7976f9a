using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace SmartSink.Transport;

/// <summary>
/// A connection for those that want a stream, TLS above all. All of it happens on the connection's thread: a read or write is tried at
/// once, and where nothing can be done it goes on, with whoever awaits it, as soon as the transport says so. The channel stays its
/// owner's, who passes on what is reported of it.
/// </summary>
/// <param name="channel">The connection.</param>
/// <param name="readiness">What was reported of it so far.</param>
internal sealed class ChannelStream(Channel channel, Readiness readiness) : Stream, IReadyHandler
{
    // What a pause waits for, in place of work.
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly ChannelOperation _reading = new();
    private readonly ChannelOperation _writing = new();
    private readonly ChannelOperation _errand = new();
    private Task _work = Task.CompletedTask;
    private Memory<byte> _into;
    private ReadOnlyMemory<byte> _unsent;
    private int _budget = Channel.TurnBudget;
    private Readiness _readiness = readiness;
    private bool _isCut;

    /// <summary>What was reported of the socket, for whoever goes on with it.</summary>
    public Readiness Readiness => _readiness;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public void OnReady(ReadyFlags flags)
    {
        _readiness.Report(flags);
        _budget = Channel.TurnBudget;
        GoOnReading();
        GoOnWriting();
    }

    /// <summary>Its next turn, after it has had the thread long enough; or work elsewhere is done.</summary>
    public void OnPosted()
    {
        _budget = Channel.TurnBudget;
        GoOnReading();
        if (_errand.IsPending && _work.IsCompleted)
        {
            _errand.Complete(0);
        }
    }

    /// <summary>Waits until work on other threads has ended, well or not, and goes on on the connection's. One at a time.</summary>
    /// <exception cref="IOException">The connection was <see cref="Cut"/>, and does not wait any longer.</exception>
    public ValueTask WaitForAsync(Task work)
    {
        if (_isCut)
        {
            return ValueTask.FromException(CutError());
        }

        if (work.IsCompleted)
        {
            return ValueTask.CompletedTask;
        }

        _work = work;
        work.GetAwaiter().UnsafeOnCompleted(() => channel.Post(this));
        return _errand.BeginWithoutResult();
    }

    /// <summary>Waits for <see cref="Wake"/>, whatever comes.</summary>
    /// <exception cref="IOException">The connection was <see cref="Cut"/>.</exception>
    public ValueTask PauseAsync()
    {
        if (_isCut)
        {
            return ValueTask.FromException(CutError());
        }

        _work = Never;
        return _errand.BeginWithoutResult();
    }

    /// <summary>Ends a pause; and a read that waits by <see cref="OperationCanceledException"/>. Nothing is lost by that.</summary>
    public void Wake()
    {
        if (_work == Never && _errand.IsPending)
        {
            _errand.Complete(0);
        }
        else if (_reading.IsPending)
        {
            _reading.Fail(new OperationCanceledException());
        }
    }

    /// <summary>Has what waits, and all that is tried from now on, fail by <see cref="IOException"/>.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var operation in (ReadOnlySpan<ChannelOperation>)[_reading, _writing, _errand])
        {
            if (operation.IsPending)
            {
                operation.Fail(CutError());
            }
        }
    }

    /// <summary>
    /// Reads what there is. A read into an empty buffer waits until there is something; it never waits for a socket that was reported
    /// ready since it was last found empty.
    /// </summary>
    /// <exception cref="IOException">The connection is lost or was <see cref="Cut"/>.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (TryRead(buffer.Span, out var bytes, out var error))
        {
            return error is null ? ValueTask.FromResult(bytes) : ValueTask.FromException<int>(error);
        }

        _into = buffer;
        return _reading.Begin();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The connection is lost or was <see cref="Cut"/>.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _unsent = buffer;
        return !TryWrite(out var error) ? _writing.BeginWithoutResult()
            : error is null ? ValueTask.CompletedTask
            : ValueTask.FromException(error);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private static IOException CutError() => new("the connection was cut off");

    private void GoOnReading()
    {
        if (_reading.IsPending && TryRead(_into.Span, out var bytes, out var error))
        {
            _into = default;
            End(_reading, bytes, error);
        }
    }

    private void GoOnWriting()
    {
        if (_writing.IsPending && TryWrite(out var error))
        {
            End(_writing, 0, error);
        }
    }

    private static void End(ChannelOperation operation, int bytes, IOException? error)
    {
        if (error is null)
        {
            operation.Complete(bytes);
        }
        else
        {
            operation.Fail(error);
        }
    }

    /// <summary>False when there is something to wait for: bytes, or the thread's next turn.</summary>
    private bool TryRead(Span<byte> buffer, out int bytes, out IOException? failure)
    {
        bytes = 0;
        failure = _isCut ? CutError() : null;
        if (_isCut || (_readiness.MayRead && buffer.IsEmpty))
        {
            return true;
        }

        if (!_readiness.MayRead)
        {
            return false;
        }

        if (_budget <= 0)
        {
            channel.Post(this);
            return false;
        }

        bytes = channel.Receive(buffer, out var error);
        _readiness.Received(bytes, buffer.Length, error);
        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        _budget -= bytes;
        failure = Failure(error);
        return true;
    }

    /// <summary>False when there is room to wait for.</summary>
    private bool TryWrite(out IOException? failure)
    {
        failure = _isCut ? CutError() : null;
        while (failure is null && !_unsent.IsEmpty)
        {
            _unsent = _unsent[channel.Send(_unsent.Span, last: false, out var error)..];
            if (error == SocketError.WouldBlock)
            {
                return false;
            }

            failure = Failure(error);
        }

        return true;
    }

    private static IOException? Failure(SocketError error) =>
        error == SocketError.Success ? null : new IOException("the connection is lost", new SocketException((int)error));
}

/// <summary>
/// A read or write that waits for its socket; one object serves all those of a stream, one after another. Who awaits it goes on within
/// the call that ends it, on the connection's thread.
/// </summary>
internal sealed class ChannelOperation : IValueTaskSource<int>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<int> _core;

    /// <summary>Whether somebody waits.</summary>
    public bool IsPending { get; private set; }

    /// <summary>Begins to wait, for a number of bytes.</summary>
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
