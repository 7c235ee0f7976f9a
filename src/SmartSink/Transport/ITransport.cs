using System.Net;
using System.Net.Sockets;

namespace SmartSink.Transport;

/// <summary>
/// The seam under a connection: where connections come from, and the threads that work on them. Whatever belongs to one connection is
/// called by one thread at a time, so nothing above the seam needs a lock.
/// </summary>
internal interface ITransport : IDisposable
{
    /// <summary>What cannot be had, for the log at the start, where <see cref="SeesOriginalDestination"/> is false.</summary>
    string Name { get; }

    /// <summary>Whether <see cref="Channel.Destination"/> sees through the NAT of this machine.</summary>
    bool SeesOriginalDestination { get; }

    /// <summary>Whether its threads have worked off what there was and wait.</summary>
    bool IsAtRest { get; }

    /// <summary>How often a connection or listener was called: the work done, and what a loop without an end would show. For any thread.</summary>
    long Turns { get; }

    /// <summary>Takes an address and port. Clients wait until the queue is watched.</summary>
    /// <param name="address">The address; null for all of them, IPv6 and IPv4, or IPv4 alone where the machine has no IPv6.</param>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="clientSpeaksFirst">Whether a connection without a byte is of no use yet.</param>
    /// <exception cref="ListenException">The address is not there, the port is in use or forbidden.</exception>
    IAcceptQueue Listen(IPAddress? address, int port, bool clientSpeaksFirst);

    /// <summary>Takes a Unix socket, whose file is removed at the queue's end. Clients wait until the queue is watched.</summary>
    /// <exception cref="ListenException">The path is somebody else's or not to be written, or the owner is not there or not to be given.</exception>
    IAcceptQueue Listen(UnixSocketPlace place);

    /// <summary>Starts the threads. Before that nothing may be watched.</summary>
    void Start();

    /// <summary>Makes a timer that is not set yet. Where it can, it goes off on one of the transport's threads, so that no other is woken for it. Only after <see cref="Start"/>.</summary>
    /// <param name="callback">Called when it goes off; must not block.</param>
    /// <param name="clock">Whose time it runs by.</param>
    /// <exception cref="SocketException">The system has no descriptor left.</exception>
    ITimer CreateTimer(Action callback, TimeProvider clock) =>
        clock.CreateTimer(static callback => ((Action)callback!)(), callback, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}

/// <summary>The connections that wait to be accepted on one address and port, or on a Unix socket.</summary>
internal interface IAcceptQueue : IDisposable
{
    /// <summary>Where it listens, with the port that was found when 0 was asked for.</summary>
    EndPoint EndPoint { get; }

    /// <summary>How many connections are in it; null where the system does not tell. For any thread, at any time.</summary>
    AcceptBacklog? Backlog => null;

    /// <summary>Takes one connection off the queue. Never waits: without one the answer is <see cref="SocketError.WouldBlock"/>.</summary>
    /// <param name="channel">The connection, which is the caller's to start or close; null where the answer is not <see cref="SocketError.Success"/>.</param>
    /// <param name="client">The client's address, IPv4-mapped IPv6 already unmapped; 127.0.0.1 on a Unix socket, where clients have none.</param>
    SocketError TryAccept(out Channel? channel, out IPAddress client);

    /// <summary>From now on the handler is called while there are connections.</summary>
    /// <exception cref="SocketException">The system has no memory or watch left for that.</exception>
    void Watch(IReadyHandler handler);

    /// <summary>Leaves the queue alone.</summary>
    void Ignore();

    /// <summary>Has <see cref="IReadyHandler.OnPosted"/> called on the thread that accepts, soon but never at once. For any thread.</summary>
    void Post(IReadyHandler handler);
}

/// <summary>Who is called by a transport, one call at a time. Must not block or throw.</summary>
internal interface IReadyHandler
{
    /// <summary>The state of the connection or queue has changed.</summary>
    void OnReady(ReadyFlags flags);

    /// <summary>Somebody has asked for the thread's attention by posting the handler.</summary>
    void OnPosted();
}

/// <summary>
/// One connection, as far as its bytes go. Nothing here waits: where nothing can be done the answer is
/// <see cref="SocketError.WouldBlock"/>, and the handler hears of it when that changes, once for each change. A receive that takes less
/// than it has room for has emptied the connection (see <see cref="Readiness"/>).
/// </summary>
internal abstract class Channel
{
    /// <summary>Bytes that a connection may take in before it lets the others of its thread have their turn.</summary>
    public const int TurnBudget = 1024 * 1024;

    /// <summary>Begins to report to the handler, first of all that there is room to send.</summary>
    /// <exception cref="SocketException">The system's limit on watches is reached.</exception>
    public abstract void Start(IReadyHandler handler);

    /// <summary>Has <see cref="IReadyHandler.OnPosted"/> called on the connection's thread, soon but never at once. For any thread.</summary>
    public abstract void Post(IReadyHandler handler);

    /// <summary>
    /// Where the client meant to connect to: what the kernel's NAT on this machine diverted, where the transport sees that, else the
    /// address that it connected to; IPv4-mapped IPv6 already unmapped. Null when the connection is lost already.
    /// </summary>
    /// <param name="family">The family of the client's address, unmapped.</param>
    public abstract IPAddress? Destination(AddressFamily family);

    /// <summary>Takes what there is, up to the buffer's length; 0 with <see cref="SocketError.Success"/> at the end of what the client sends.</summary>
    public abstract int Receive(Span<byte> buffer, out SocketError error);

    /// <summary>Looks at what there is and leaves it there; the result is that of <see cref="Receive"/>.</summary>
    public abstract int Peek(Span<byte> buffer, out SocketError error);

    /// <summary>Drops what there is, up to a number of bytes; the result is that of <see cref="Receive"/>.</summary>
    public abstract int Drop(int bytes, out SocketError error);

    /// <summary>Sends as much as there is room for, and says how much that was. What was not sent must be what is sent next.</summary>
    /// <param name="bytes">At least one.</param>
    /// <param name="last">Whether the sending side is shut down or closed right after, so that these bytes can travel with its end.</param>
    /// <param name="error"><see cref="SocketError.WouldBlock"/> when there is no room at all.</param>
    public abstract int Send(ReadOnlySpan<byte> bytes, bool last, out SocketError error);

    /// <summary>Shuts the sending side down. False when the connection is lost already.</summary>
    public abstract bool ShutdownSend();

    /// <summary>Has the peer see a reset instead of an end when the connection is closed.</summary>
    public abstract void ResetOnClose();

    /// <summary>Closes the connection, started or not; the handler hears nothing more.</summary>
    public abstract void Close();
}
