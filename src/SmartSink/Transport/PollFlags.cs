namespace SmartSink.Transport;

/// <summary>What epoll_ctl(2) is asked to watch for and epoll_wait(2) reports, by its own numbers.</summary>
[Flags]
internal enum PollFlags : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>EPOLLIN: there is something to read or to accept.</summary>
    Readable = 0x1,

    /// <summary>EPOLLPRI: urgent octets (RFC 6093) are among what there is to read.</summary>
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
