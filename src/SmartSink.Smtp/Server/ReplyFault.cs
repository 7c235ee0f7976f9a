using System.Net;

namespace SmartSink.Smtp.Server;

/// <summary>What a server does to its clients on purpose: replies that RFC 5321 allows and few send, and one that it does not allow.</summary>
public enum ReplyFault : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The first line of a reply to EHLO leaves at once, the others <see cref="IReplyFaultSource.LateLineDelay"/> later.</summary>
    LateLine,

    /// <summary>DATA is answered 250 where 354 is due. No data is taken: what follows is read as commands, and the transaction stays open.</summary>
    OkFor354,

    /// <summary>The reply to EHLO has 60 keywords.</summary>
    Keywords,

    /// <summary>The first line of the reply to EHLO or HELO has 512 octets with its CRLF, the most that RFC 5321 section 4.5.3.1.5 allows.</summary>
    FullLine,
}

/// <summary>Decides which dialogs of a listener go wrong. Called from many threads at once.</summary>
public interface IReplyFaultSource
{
    /// <summary>How long the lines of <see cref="ReplyFault.LateLine"/> are held back.</summary>
    TimeSpan LateLineDelay { get; }

    /// <summary>The fault of the next dialog.</summary>
    ReplyFault Next();

    /// <summary>A client was given a reply with a fault. Called each time, on the transport's thread: it must not block.</summary>
    void Met(ReplyFault fault, IPAddress? client);
}
