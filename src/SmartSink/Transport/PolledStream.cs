using System.Net.Sockets;

namespace SmartSink.Transport;

/// <summary>
/// A polled socket for those that want a stream, TLS above all. All of it happens on the polling thread: a read or write is tried at
/// once, and where the socket is not ready it goes on, with whoever awaits it, as soon as the poller says so. The descriptor stays its
/// owner's, who passes on what the poller reports of it.
/// </summary>
/// <param name="poller">The poller of the descriptor.</param>
/// <param name="descriptor">A connected socket that does not block.</param>
/// <param name="readiness">What was reported of the socket so far.</param>
internal sealed class PolledStream(SocketPoller poller, int descriptor, Readiness readiness) : Stream, IPolled
{
    private readonly PolledOperation _reading = new();
    private readonly PolledOperation _writing = new();
    private Memory<byte> _into;
    private ReadOnlyMemory<byte> _unsent;
    private int _budget = SocketPoller.TurnBudget;
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
    public void OnReady(PollFlags flags)
    {
        _readiness.Report(flags);
        _budget = SocketPoller.TurnBudget;
        GoOnReading();
        GoOnWriting();
    }

    /// <summary>Its next turn, after it has had the thread long enough.</summary>
    public void OnPosted()
    {
        _budget = SocketPoller.TurnBudget;
        GoOnReading();
    }

    /// <summary>Ends a read that waits by <see cref="OperationCanceledException"/>. Nothing is lost by that.</summary>
    public void Wake()
    {
        if (_reading.IsPending)
        {
            _reading.Fail(new OperationCanceledException());
        }
    }

    /// <summary>Has what waits, and all that is tried from now on, fail by <see cref="IOException"/>.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var operation in (ReadOnlySpan<PolledOperation>)[_reading, _writing])
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

    private static void End(PolledOperation operation, int bytes, IOException? error)
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

    /// <summary>False when there is something to wait for: octets, or the thread's next turn.</summary>
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
            poller.Post(this);
            return false;
        }

        bytes = NativeSocket.Receive(descriptor, buffer, out var error);
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
            _unsent = _unsent[NativeSocket.Send(descriptor, _unsent.Span, last: false, out var error)..];
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
