using System.Net;
using System.Net.Sockets;
using SmartSink.Transport;

namespace SmartSink.Tests.Connections;

/// <summary>Connections within the process: a whole server in a test, without a port. Each direction holds a bounded number of bytes, as a socket does.</summary>
internal sealed class MemoryTransport : ITransport
{
    private readonly TurnQueue _queue = new();
    private readonly List<AcceptQueue> _listeners = [];

    /// <summary>Bytes that one direction of a connection holds before its writer has to wait.</summary>
    public int Window { get; init; } = 64 * 1024;

    public string Name => "memory";

    public bool SeesOriginalDestination => false;

    public bool IsAtRest => _queue.IsAtRest;

    public long Turns => _queue.Turns;

    public IAcceptQueue Listen(IPAddress? address, int port, bool clientSpeaksFirst)
    {
        var queue = new AcceptQueue(_queue, new IPEndPoint(address ?? IPAddress.Loopback, port == 0 ? 50_000 + _listeners.Count : port));
        _listeners.Add(queue);
        return queue;
    }

    public IAcceptQueue Listen(UnixSocketPlace place) => throw new NotSupportedException("Memory has no files.");

    public void Start()
    {
    }

    public void Dispose()
    {
    }

    /// <summary>A client that waits to be accepted.</summary>
    /// <param name="server">Where a listener is.</param>
    /// <param name="client">Its address; the loopback when none is given.</param>
    public MemoryClient Connect(IPEndPoint server, IPAddress? client = null)
    {
        var connection = new MemoryConnection(_queue, server.Address, Window);
        _listeners.Single(listener => listener.EndPoint.Equals(server)).Enqueue(connection, client ?? IPAddress.Loopback);
        return connection.Client;
    }

    private sealed class AcceptQueue(TurnQueue queue, IPEndPoint endPoint) : IAcceptQueue, IReadyHandler
    {
        private readonly Queue<(MemoryConnection Connection, IPAddress Client)> _waiting = new();
        private IReadyHandler? _handler;
        private bool _isClosed;

        public EndPoint EndPoint { get; } = endPoint;

        public void Enqueue(MemoryConnection connection, IPAddress client)
        {
            lock (_waiting)
            {
                if (_isClosed)
                {
                    throw new SocketException((int)SocketError.ConnectionRefused);
                }

                _waiting.Enqueue((connection, client));
            }

            queue.Post(this);
        }

        public SocketError TryAccept(out Channel? channel, out IPAddress client)
        {
            lock (_waiting)
            {
                var isThere = _waiting.TryDequeue(out var next);
                channel = next.Connection;
                client = next.Client;
                return isThere ? SocketError.Success : SocketError.WouldBlock;
            }
        }

        public void Watch(IReadyHandler handler)
        {
            _handler = handler;
            queue.Post(this);
        }

        public void Ignore() => _handler = null;

        public void Post(IReadyHandler handler) => queue.Post(handler);

        public void OnReady(ReadyFlags flags)
        {
        }

        public void OnPosted() => _handler?.OnReady(ReadyFlags.Readable);

        public void Dispose()
        {
            lock (_waiting)
            {
                _isClosed = true;
            }
        }
    }
}

/// <summary>The server's side of a connection, and what lies between it and the client.</summary>
internal sealed class MemoryConnection : Channel, IReadyHandler
{
    private readonly Lock _lock = new();
    private readonly TurnQueue _queue;
    private readonly IPAddress _server;
    private readonly Direction _toServer;
    private readonly Direction _toClient;
    private IReadyHandler? _handler;
    private bool _isClosed;
    private bool _isReset;
    private bool _resetsOnClose;
    private bool _wantsRoom;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MemoryConnection(TurnQueue queue, IPAddress server, int window)
    {
        _queue = queue;
        _server = server;
        _toServer = new Direction(window);
        _toClient = new Direction(window);
        Client = new MemoryClient(this);
    }

    public MemoryClient Client { get; }

    /// <summary>Called within the server's sending, with what it has just sent.</summary>
    public Action<ReadOnlyMemory<byte>>? WhenSent { get; set; }

    public override void Start(IReadyHandler handler)
    {
        lock (_lock)
        {
            _handler = handler;
            _queue.Post(this, ReadyFlags.Writable);
            Report();
        }
    }

    public override void Post(IReadyHandler handler) => _queue.Post(handler);

    public override IPAddress? Destination(AddressFamily family) => _server;

    public override int Receive(Span<byte> buffer, out SocketError error) => Take(buffer, buffer.Length, isPeek: false, out error);

    public override int Peek(Span<byte> buffer, out SocketError error) => Take(buffer, buffer.Length, isPeek: true, out error);

    public override int Drop(int bytes, out SocketError error) => Take([], bytes, isPeek: false, out error);

    public override int Send(ReadOnlySpan<byte> bytes, bool last, out SocketError error)
    {
        int sent;
        lock (_lock)
        {
            error = _isReset ? SocketError.ConnectionReset : SocketError.Success;
            sent = _isReset ? 0 : _toClient.Write(bytes);
            _wantsRoom = sent < bytes.Length;
            error = sent == 0 && !_isReset ? SocketError.WouldBlock : error;
            Changed();
        }

        if (sent > 0)
        {
            WhenSent?.Invoke(bytes[..sent].ToArray());
        }

        return sent;
    }

    public override bool ShutdownSend()
    {
        lock (_lock)
        {
            _toClient.IsEnded = true;
            Changed();
            return !_isReset;
        }
    }

    public override void ResetOnClose() => _resetsOnClose = true;

    public override void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _isReset |= _resetsOnClose || _toServer.Count > 0;
            _toClient.IsEnded = true;
            Changed();
        }
    }

    public void OnReady(ReadyFlags flags)
    {
        if (!_isClosed)
        {
            _handler!.OnReady(flags);
        }
    }

    public void OnPosted()
    {
    }

    internal async ValueTask<int> ClientReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_isReset)
                {
                    throw Reset();
                }

                if (_toClient.Count > 0 || _toClient.IsEnded)
                {
                    var bytes = _toClient.Read(buffer.Span, buffer.Length, isPeek: false);
                    if (bytes > 0 && _wantsRoom && _handler is not null)
                    {
                        _wantsRoom = false;
                        _queue.Post(this, ReadyFlags.Writable);
                    }

                    return bytes;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    internal async ValueTask ClientWriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
        {
            Task changed;
            lock (_lock)
            {
                if (_isReset)
                {
                    throw Reset();
                }

                if (_isClosed)
                {
                    // TCP takes them, and hears then that nobody is there.
                    _isReset = true;
                    Changed();
                    return;
                }

                bytes = bytes[_toServer.Write(bytes.Span)..];
                Report();
                changed = _changed.Task;
            }

            if (!bytes.IsEmpty)
            {
                await changed.WaitAsync(cancellation);
            }
        }
    }

    internal void ClientEnds(bool isReset)
    {
        lock (_lock)
        {
            _isReset |= isReset;
            _toServer.IsEnded = true;
            Report();
            Changed();
        }
    }

    private static IOException Reset() => new("the connection was reset", new SocketException((int)SocketError.ConnectionReset));

    private int Take(Span<byte> buffer, int room, bool isPeek, out SocketError error)
    {
        lock (_lock)
        {
            error = _isReset ? SocketError.ConnectionReset
                : _toServer.Count == 0 && !_toServer.IsEnded ? SocketError.WouldBlock
                : SocketError.Success;
            if (error != SocketError.Success)
            {
                return 0;
            }

            Changed();
            return _toServer.Read(buffer, room, isPeek);
        }
    }

    /// <summary>Tells the server that something has come, if so.</summary>
    private void Report()
    {
        var flags = (_toServer.Count > 0 ? ReadyFlags.Readable : ReadyFlags.None)
            | (_toServer.IsEnded ? ReadyFlags.Readable | ReadyFlags.PeerClosed : ReadyFlags.None)
            | (_isReset ? ReadyFlags.HungUp | ReadyFlags.Writable : ReadyFlags.None);
        if (_handler is not null && flags != ReadyFlags.None)
        {
            _queue.Post(this, flags);
        }
    }

    private void Changed()
    {
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private sealed class Direction(int window)
    {
        private readonly byte[] _bytes = new byte[window];

        public int Count { get; private set; }

        public bool IsEnded { get; set; }

        public int Write(ReadOnlySpan<byte> bytes)
        {
            var taken = Math.Min(bytes.Length, window - Count);
            bytes[..taken].CopyTo(_bytes.AsSpan(Count));
            Count += taken;
            return taken;
        }

        /// <summary>Bytes go nowhere where the buffer has no room for them.</summary>
        public int Read(Span<byte> buffer, int room, bool isPeek)
        {
            var taken = Math.Min(room, Count);
            if (!buffer.IsEmpty)
            {
                _bytes.AsSpan(0, taken).CopyTo(buffer);
            }

            if (!isPeek)
            {
                Count -= taken;
                _bytes.AsSpan(taken, Count).CopyTo(_bytes);
            }

            return taken;
        }
    }
}

/// <summary>The client's side.</summary>
internal sealed class MemoryClient(MemoryConnection connection) : Stream
{
    private bool _isOver;

    public MemoryConnection Connection => connection;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void HalfClose() => connection.ClientEnds(isReset: false);

    public void Reset()
    {
        _isOver = true;
        connection.ClientEnds(isReset: true);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => connection.ClientReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => connection.ClientWriteAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!_isOver)
        {
            _isOver = true;
            connection.ClientEnds(isReset: false);
        }

        base.Dispose(disposing);
    }
}
