using System.Net;
using System.Net.Sockets;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <summary>The accept queue of a listening socket that a poller watches.</summary>
internal sealed class PolledAcceptQueue(SmtpListener listener, SocketPoller poller) : IAcceptQueue
{
    private readonly int _descriptor = listener.Descriptor;

    /// <inheritdoc/>
    public SocketError TryAccept(out int descriptor, out IPAddress client) => NativeSocket.Accept(_descriptor, out descriptor, out client);

    /// <inheritdoc/>
    public void Watch(Acceptor acceptor) => poller.Add(_descriptor, acceptor, PollFlags.Readable);

    /// <inheritdoc/>
    public void Ignore() => poller.Remove(_descriptor);
}
