using System.Net.Sockets;

namespace SmartSink.Transport;

/// <summary>
/// What is known of a polled socket's receiving side. A change is reported once and not again (EPOLLET, epoll(7)), so what was reported
/// has to be remembered, and whoever goes on with a socket is given all of it.
/// </summary>
internal struct Readiness
{
    /// <summary>What stays true once it was reported, and then makes a receive that falls short prove nothing.</summary>
    private PollFlags _lasting;

    /// <summary>Whether to receive: there may be octets, or the end. Where not, the poller will report what comes.</summary>
    public bool MayRead { get; private set; }

    /// <summary>Whether octets may be in it, and not only the end.</summary>
    public bool MayHoldBytes { get; private set; }

    /// <summary>Whether it was reported that the peer sends nothing more, or that the connection is lost.</summary>
    public readonly bool IsEndReported => (_lasting & ~PollFlags.Urgent) != PollFlags.None;

    /// <summary>The poller has reported something of the socket.</summary>
    public void Report(PollFlags flags)
    {
        var canBeRead = (flags & ~PollFlags.Writable) != PollFlags.None;
        MayRead |= canBeRead;
        MayHoldBytes |= canBeRead;
        _lasting |= flags & ~(PollFlags.Writable | PollFlags.Readable);
    }

    /// <summary>
    /// A receive has come back. One that does not fill its room has emptied the socket, and what comes later is reported anew; but the end
    /// may have been reported together with the octets, and a receive stops short at octets that are urgent (tcp(7)).
    /// </summary>
    /// <param name="bytes">What it took or, where nothing can be done before more has come, saw.</param>
    /// <param name="room">What it would have taken at the most.</param>
    /// <param name="error">Why it took nothing.</param>
    public void Received(int bytes, int room, SocketError error)
    {
        var isEmpty = error == SocketError.WouldBlock;
        MayRead = !isEmpty && (bytes == room || _lasting != PollFlags.None);
        MayHoldBytes = !isEmpty && (bytes == room || (_lasting & PollFlags.Urgent) != PollFlags.None);
    }
}
