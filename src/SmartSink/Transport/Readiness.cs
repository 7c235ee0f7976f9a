using System.Net.Sockets;

namespace SmartSink.Transport;

/// <summary>What is reported of a connection or queue, by epoll's own numbers (epoll_ctl(2)).</summary>
[Flags]
internal enum ReadyFlags : uint
{
    None = 0,

    /// <summary>EPOLLIN: there is something to read or to accept.</summary>
    Readable = 0x1,

    /// <summary>EPOLLPRI: urgent bytes (RFC 6093) are among what there is to read.</summary>
    Urgent = 0x2,

    /// <summary>EPOLLOUT: there is room to write.</summary>
    Writable = 0x4,

    /// <summary>EPOLLERR: the socket has failed; always reported.</summary>
    Failed = 0x8,

    /// <summary>EPOLLHUP: both sides are shut down; always reported.</summary>
    HungUp = 0x10,

    /// <summary>EPOLLRDHUP: the peer sends nothing more.</summary>
    PeerClosed = 0x2000,

    /// <summary>EPOLLET: report a change once, and not a state again and again.</summary>
    Once = 0x80000000,

    /// <summary>What a connection wants to hear of. It asks for room to write from the start, so that a client who does not read costs no further call.</summary>
    Connection = Readable | Urgent | Writable | PeerClosed | Once,
}

/// <summary>
/// What is known of a connection's receiving side. A change is reported once and not again (EPOLLET, epoll(7)), so what was reported
/// has to be remembered, and whoever goes on with a connection is given all of it.
/// </summary>
internal struct Readiness
{
    /// <summary>What stays true once it was reported, and then makes a receive that falls short prove nothing.</summary>
    private ReadyFlags _lasting;

    /// <summary>Whether to receive: there may be bytes, or the end. Where not, what comes will be reported.</summary>
    public bool MayRead { get; private set; }

    /// <summary>Whether bytes may be in it, and not only the end.</summary>
    public bool MayHoldBytes { get; private set; }

    /// <summary>Whether it was reported that the peer sends nothing more, or that the connection is lost.</summary>
    public readonly bool IsEndReported => (_lasting & ~ReadyFlags.Urgent) != ReadyFlags.None;

    /// <summary>The transport has reported something of the connection.</summary>
    public void Report(ReadyFlags flags)
    {
        var canBeRead = (flags & ~ReadyFlags.Writable) != ReadyFlags.None;
        MayRead |= canBeRead;
        MayHoldBytes |= canBeRead;
        _lasting |= flags & ~(ReadyFlags.Writable | ReadyFlags.Readable);
    }

    /// <summary>
    /// A receive has come back. The end that it has found is found by every one after it, and no transport need report it any more. One that does not fill its room has emptied the socket, and what comes later is reported anew; but the end
    /// may have been reported together with the bytes, and a receive stops short at bytes that are urgent (tcp(7)).
    /// </summary>
    /// <param name="bytes">What it took or, where nothing can be done before more has come, saw.</param>
    /// <param name="room">What it would have taken at the most.</param>
    /// <param name="error">Why it took nothing.</param>
    public void Received(int bytes, int room, SocketError error)
    {
        var isEmpty = error == SocketError.WouldBlock;
        if (bytes == 0 && room > 0 && !isEmpty)
        {
            _lasting |= ReadyFlags.PeerClosed;
        }

        MayRead = !isEmpty && (bytes == room || _lasting != ReadyFlags.None);
        MayHoldBytes = !isEmpty && (bytes == room || (_lasting & ReadyFlags.Urgent) != ReadyFlags.None);
    }
}
