using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace SmartSink.Transport;

/// <summary>Linux's own way: a few threads of ours, each with an epoll instance, on bare descriptors.</summary>
/// <param name="threads">How many.</param>
internal sealed class EpollTransport(int threads) : ITransport
{
    /// <summary>TCP_DEFER_ACCEPT (tcp(7)): a connection is queued with its first bytes, or without any after some seconds.</summary>
    private const int TcpLevel = 6;
    private const int DeferAccept = 9;
    private const int DeferredSeconds = 1;

    private readonly List<SocketPoller> _pollers = [];
    private int _turn;

    /// <inheritdoc/>
    public string Name => "epoll";

    /// <inheritdoc/>
    public bool SeesOriginalDestination => true;

    /// <inheritdoc/>
    public bool IsAtRest => _pollers.TrueForAll(poller => poller.IsWaiting);

    /// <inheritdoc/>
    public long Turns
    {
        get
        {
            var turns = 0L;
            foreach (var poller in CollectionsMarshal.AsSpan(_pollers))
            {
                turns += poller.Turns;
            }

            return turns;
        }
    }

    /// <inheritdoc/>
    public IAcceptQueue Listen(IPAddress? address, int port, bool clientSpeaksFirst) => new AcceptQueue(this, ListenSocket.Open(address, port, socket =>
    {
        // Accepted sockets inherit this: a reply is one send, so there is nothing to gather for.
        socket.NoDelay = true;
        if (clientSpeaksFirst)
        {
            socket.SetRawSocketOption(TcpLevel, DeferAccept, BitConverter.GetBytes(DeferredSeconds));
        }
    }));

    /// <inheritdoc/>
    public IAcceptQueue Listen(UnixSocketPlace place) => new AcceptQueue(this, UnixListenSocket.Open(place));

    /// <inheritdoc/>
    public void Start() => _pollers.AddRange(Enumerable.Range(1, threads).Select(number => new SocketPoller($"smtp {number}")));

    /// <inheritdoc/>
    public ITimer CreateTimer(Action callback, TimeProvider clock) =>
        clock == TimeProvider.System ? new PollerTimer(_pollers[0], callback) : clock.CreateTimer(static callback => ((Action)callback!)(), callback, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public void Dispose() => _pollers.ForEach(poller => poller.Dispose());

    /// <summary>The polling thread of the next connection; asked by the accepting thread alone.</summary>
    private SocketPoller Next() => _pollers[_turn = (_turn + 1) % _pollers.Count];

    /// <summary>One thread accepts for all listeners.</summary>
    private sealed class AcceptQueue : IAcceptQueue
    {
        private readonly EpollTransport _transport;
        private readonly Socket _socket;
        private readonly int _descriptor;
        private readonly bool _isTcp;

        public AcceptQueue(EpollTransport transport, Socket socket)
        {
            _transport = transport;
            _socket = socket;
            _socket.Blocking = false;
            _descriptor = (int)_socket.Handle;
            _isTcp = _socket.AddressFamily != AddressFamily.Unix;
        }

        public EndPoint EndPoint => _socket.LocalEndPoint!;

        public AcceptBacklog? Backlog => ListenSocket.ReadBacklog(_socket);

        public SocketError TryAccept(out Channel? channel, out IPAddress client)
        {
            var error = NativeSocket.Accept(_descriptor, out var descriptor, out client);
            channel = error == SocketError.Success ? new EpollChannel(_transport.Next(), descriptor, _isTcp) : null;
            return error;
        }

        public void Watch(IReadyHandler handler) => _transport._pollers[0].Add(_descriptor, handler, ReadyFlags.Readable);

        public void Ignore() => _transport._pollers[0].Remove(_descriptor);

        public void Post(IReadyHandler handler) => _transport._pollers[0].Post(handler);

        public void Dispose() => _socket.Dispose();
    }
}

/// <summary>A connection by its descriptor, watched by one polling thread.</summary>
/// <param name="poller">The thread.</param>
/// <param name="descriptor">The socket.</param>
/// <param name="isTcp">Whether the kernel can drop what comes: on a Unix socket it cannot.</param>
internal sealed class EpollChannel(SocketPoller poller, int descriptor, bool isTcp) : Channel
{
    /// <inheritdoc/>
    public override void Start(IReadyHandler handler) => poller.Add(descriptor, handler, ReadyFlags.Connection);

    /// <inheritdoc/>
    public override void Post(IReadyHandler handler) => poller.Post(handler);

    /// <inheritdoc/>
    public override IPAddress? Destination(AddressFamily family) => NativeSocket.Destination(descriptor, family);

    /// <inheritdoc/>
    public override int Receive(Span<byte> buffer, out SocketError error) => NativeSocket.Receive(descriptor, buffer, out error);

    /// <inheritdoc/>
    public override int Peek(Span<byte> buffer, out SocketError error) => NativeSocket.Peek(descriptor, buffer, out error);

    /// <inheritdoc/>
    public override int Drop(int bytes, out SocketError error) => isTcp
        ? NativeSocket.Drop(descriptor, bytes, out error)
        : NativeSocket.ReceiveAndForget(descriptor, bytes, out error);

    /// <inheritdoc/>
    public override int Send(ReadOnlySpan<byte> bytes, bool last, out SocketError error) => NativeSocket.Send(descriptor, bytes, last, out error);

    /// <inheritdoc/>
    public override bool ShutdownSend() => NativeSocket.ShutdownSend(descriptor);

    /// <inheritdoc/>
    public override void ResetOnClose() => NativeSocket.ResetOnClose(descriptor);

    /// <inheritdoc/>
    public override void Close() => poller.Close(descriptor);
}
