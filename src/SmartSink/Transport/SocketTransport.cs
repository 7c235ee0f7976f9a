using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace SmartSink.Transport;

/// <summary>
/// The runtime's sockets, on any system. A receive into an empty buffer waits until there is something to read, and an operation of a
/// connection that has ended one way or the other gives it a turn in its queue; everything else is done there, and waits for nothing.
/// </summary>
/// <param name="queues">How many connections may be worked on at one time.</param>
internal sealed class SocketTransport(int queues) : ITransport
{
    private readonly TurnQueue[] _queues = [.. Enumerable.Range(0, queues).Select(_ => new TurnQueue())];
    private int _turn;

    /// <inheritdoc/>
    public string Name => "sockets";

    /// <inheritdoc/>
    public bool SeesOriginalDestination => false;

    /// <inheritdoc/>
    public bool IsAtRest => Array.TrueForAll(_queues, queue => queue.IsAtRest);

    /// <inheritdoc/>
    public long Turns => _queues.Sum(queue => queue.Turns);

    /// <inheritdoc/>
    public IAcceptQueue Listen(IPAddress? address, int port, bool clientSpeaksFirst) => new AcceptQueue(this, ListenSocket.Open(address, port));

    /// <inheritdoc/>
    public IAcceptQueue Listen(UnixSocketPlace place) => new AcceptQueue(this, UnixListenSocket.Open(place));

    /// <inheritdoc/>
    public void Start()
    {
        // The pool has its threads.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // They stay the pool's.
    }

    private TurnQueue Next() => _queues[_turn = (_turn + 1) % _queues.Length];

    /// <summary>Accepts one connection ahead: what a call has brought is handed out in the turn that it causes.</summary>
    private sealed class AcceptQueue : IAcceptQueue, IReadyHandler
    {
        private readonly SocketTransport _transport;
        private readonly Socket _socket;
        private readonly bool _isTcp;
        private readonly SocketAsyncEventArgs _accepting = new();
        private IReadyHandler? _handler;
        private bool _isAccepting;
        private bool _hasResult;
        private volatile bool _isDisposed;

        public AcceptQueue(SocketTransport transport, Socket socket)
        {
            _transport = transport;
            _socket = socket;
            _isTcp = socket.AddressFamily != AddressFamily.Unix;
            EndPoint = socket.LocalEndPoint!;
            _accepting.Completed += (_, _) => Queue.Post(this, ReadyFlags.Readable);
        }

        public EndPoint EndPoint { get; }

        public AcceptBacklog? Backlog => ListenSocket.ReadBacklog(_socket);

        private TurnQueue Queue => _transport._queues[0];

        public SocketError TryAccept(out Channel? channel, out IPAddress client)
        {
            channel = null;
            client = IPAddress.None;
            if (!_hasResult)
            {
                if (_isAccepting)
                {
                    return SocketError.WouldBlock;
                }

                _isAccepting = _socket.AcceptAsync(_accepting);
                if (_isAccepting)
                {
                    return SocketError.WouldBlock;
                }
            }

            _hasResult = false;
            var accepted = _accepting.AcceptSocket;
            _accepting.AcceptSocket = null;
            if (_accepting.SocketError != SocketError.Success)
            {
                accepted?.Dispose();
                return _accepting.SocketError;
            }

            try
            {
                client = IPAddress.Loopback;
                accepted!.Blocking = false;
                if (_isTcp)
                {
                    client = Unmapped(((IPEndPoint)accepted.RemoteEndPoint!).Address);
                    accepted.NoDelay = true;
                }
            }
            catch (SocketException error)
            {
                // The client is gone again; not every system accepts options then.
                accepted!.Dispose();
                return error.SocketErrorCode is SocketError.InvalidArgument or SocketError.NotConnected ? SocketError.ConnectionReset : error.SocketErrorCode;
            }

            channel = new SocketChannel(accepted, _transport.Next());
            return SocketError.Success;
        }

        public void Watch(IReadyHandler handler)
        {
            _handler = handler;
            Queue.Post(this);
        }

        public void Ignore() => _handler = null;

        public void Post(IReadyHandler handler) => Queue.Post(handler);

        /// <summary>The call that was under way has ended.</summary>
        public void OnReady(ReadyFlags flags)
        {
            _isAccepting = false;
            if (_isDisposed)
            {
                _accepting.AcceptSocket?.Dispose();
                return;
            }

            _hasResult = true;
            OnPosted();
        }

        public void OnPosted()
        {
            _handler?.OnReady(ReadyFlags.Readable);

            // Without a call under way it had enough for one turn, and there may be more.
            if (_handler is not null && !_isAccepting)
            {
                Queue.Post(this);
            }
        }

        public void Dispose()
        {
            _isDisposed = true;
            _socket.Dispose();
            if (_hasResult)
            {
                _accepting.AcceptSocket?.Dispose();
            }
        }
    }

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>A connection by the runtime's socket. At most one wait for bytes and one for room are under way.</summary>
    [SuppressMessage("Reliability", "CA1001", Justification = "Close lets go of it, and whoever was given a channel closes it.")]
    private sealed class SocketChannel(Socket socket, TurnQueue queue) : Channel, IReadyHandler
    {
        /// <summary>Bytes that are handed to the system to hear when it has taken them, which is when there is room.</summary>
        private const int SendAhead = 4 * 1024;

        private readonly CancellationTokenSource _closing = new();
        private IReadyHandler? _handler;
        private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _arrival;
        private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _departure;
        private bool _isWaitingForBytes;
        private bool _isSending;
        private int _sentAhead;
        private SocketError _sendError;
        private byte[]? _seen;
        private int _seenLength;
        private bool _isClosed;

        public override void Start(IReadyHandler handler)
        {
            _handler = handler;
            queue.Post(this, ReadyFlags.Writable);
            WaitForBytes();
        }

        public override void Post(IReadyHandler handler) => queue.Post(handler);

        public override IPAddress? Destination(AddressFamily family)
        {
            try
            {
                return socket.LocalEndPoint is IPEndPoint local ? Unmapped(local.Address) : null;
            }
            catch (SocketException)
            {
                return null;
            }
        }

        public override int Receive(Span<byte> buffer, out SocketError error)
        {
            if (_seenLength > 0)
            {
                error = SocketError.Success;
                var bytes = Math.Min(_seenLength, buffer.Length);
                _seen.AsSpan(0, bytes).CopyTo(buffer);
                ForgetSeen(bytes);
                WaitForBytes();
                return bytes;
            }

            return ReceiveNew(buffer, out error);
        }

        /// <summary>What was looked at is held here: as long as it lay in the socket, every wait for more would be over at once.</summary>
        public override int Peek(Span<byte> buffer, out SocketError error)
        {
            _seen ??= new byte[buffer.Length];
            error = SocketError.Success;
            if (_seenLength < buffer.Length)
            {
                var bytes = ReceiveNew(_seen.AsSpan(_seenLength), out error);
                if (bytes == 0 && error == SocketError.Success && _seenLength > 0)
                {
                    queue.Post(this, ReadyFlags.PeerClosed);
                }

                _seenLength += bytes;
                error = _seenLength > 0 ? SocketError.Success : error;
            }

            _seen.AsSpan(0, _seenLength).CopyTo(buffer);
            return _seenLength;
        }

        public override int Drop(int bytes, out SocketError error)
        {
            if (_seenLength > 0)
            {
                error = SocketError.Success;
                var dropped = Math.Min(_seenLength, bytes);
                ForgetSeen(dropped);
                WaitForBytes();
                return dropped;
            }

            return ReceiveNew(queue.Scratch.AsSpan(0, Math.Min(bytes, queue.Scratch.Length)), out error, bytes);
        }

        public override int Send(ReadOnlySpan<byte> bytes, bool last, out SocketError error)
        {
            error = _sendError;
            if (_isSending || error != SocketError.Success)
            {
                error = _isSending ? SocketError.WouldBlock : error;
                return 0;
            }

            var sent = _sentAhead;
            _sentAhead = 0;
            while (sent < bytes.Length)
            {
                var more = socket.Send(bytes[sent..], SocketFlags.None, out error);
                if (error == SocketError.WouldBlock)
                {
                    _isSending = true;
                    Await(socket.SendAsync(bytes[sent..Math.Min(bytes.Length, sent + SendAhead)].ToArray(), SocketFlags.None, _closing.Token), ReadyFlags.Writable, ref _departure);
                    break;
                }

                if (error != SocketError.Success)
                {
                    break;
                }

                sent += more;
            }

            return sent;
        }

        public override bool ShutdownSend()
        {
            try
            {
                socket.Shutdown(SocketShutdown.Send);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }

        public override void ResetOnClose() => socket.LingerState = new LingerOption(enable: true, 0);

        public override void Close()
        {
            _isClosed = true;
            if (!TryDispose())
            {
                // A socket that is closed under an operation resets the connection.
                _closing.Cancel();
            }
        }

        /// <summary>An operation has ended, or something was left to be told.</summary>
        public void OnReady(ReadyFlags flags)
        {
            if (_isWaitingForBytes && (flags & ReadyFlags.Readable) != ReadyFlags.None)
            {
                _isWaitingForBytes = false;
                _ = Result(ref _arrival);
            }
            else if (_isSending && (flags & ReadyFlags.Writable) != ReadyFlags.None)
            {
                _isSending = false;
                (_sentAhead, _sendError) = Result(ref _departure);
            }

            if (!_isClosed)
            {
                _handler!.OnReady(flags);
            }
            else
            {
                TryDispose();
            }
        }

        public void OnPosted()
        {
        }

        private int ReceiveNew(Span<byte> buffer, out SocketError error, int room = 0)
        {
            var bytes = socket.Receive(buffer, SocketFlags.None, out error);
            if (error == SocketError.WouldBlock || (bytes > 0 && bytes < Math.Max(room, buffer.Length)))
            {
                WaitForBytes();
            }

            return bytes;
        }

        private void ForgetSeen(int bytes)
        {
            _seenLength -= bytes;
            _seen.AsSpan(bytes, _seenLength).CopyTo(_seen);
            _seen = _seenLength > 0 ? _seen : null;
        }

        private void WaitForBytes()
        {
            if (!_isWaitingForBytes && _handler is not null)
            {
                _isWaitingForBytes = true;
                Await(socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, _closing.Token), ReadyFlags.Readable, ref _arrival);
            }
        }

        private void Await(ValueTask<int> operation, ReadyFlags flags, ref ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter awaiter)
        {
            awaiter = operation.ConfigureAwait(false).GetAwaiter();
            if (awaiter.IsCompleted)
            {
                queue.Post(this, flags);
            }
            else if (flags == ReadyFlags.Readable)
            {
                awaiter.UnsafeOnCompleted(OnArrival ??= () => queue.Post(this, ReadyFlags.Readable));
            }
            else
            {
                awaiter.UnsafeOnCompleted(() => queue.Post(this, ReadyFlags.Writable));
            }
        }

        private Action? OnArrival { get; set; }

        private static (int Bytes, SocketError Error) Result(ref ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter awaiter)
        {
            try
            {
                return (awaiter.GetResult(), SocketError.Success);
            }
            catch (SocketException error)
            {
                return (0, error.SocketErrorCode);
            }
            catch (OperationCanceledException)
            {
                return (0, SocketError.OperationAborted);
            }
        }

        private bool TryDispose()
        {
            if (_isWaitingForBytes || _isSending)
            {
                return false;
            }

            socket.Dispose();
            _closing.Dispose();
            return true;
        }
    }
}
