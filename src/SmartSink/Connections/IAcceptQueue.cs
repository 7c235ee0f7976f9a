using System.Net;
using System.Net.Sockets;

namespace SmartSink.Connections;

/// <summary>Where an <see cref="Acceptor"/> takes connections from.</summary>
internal interface IAcceptQueue
{
    /// <summary>Takes one connection off the queue. Never waits: without one the answer is <see cref="SocketError.WouldBlock"/>.</summary>
    SocketError TryAccept(out int descriptor, out IPAddress client);

    /// <summary>From now on <see cref="Acceptor.OnReady"/> is called while there are connections.</summary>
    /// <exception cref="SocketException">The system has no memory or watch left for that.</exception>
    void Watch(Acceptor acceptor);

    /// <summary>Leaves the queue alone.</summary>
    void Ignore();
}
