#pragma warning disable MA0025, CA1822
using System.Net;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <summary>
/// The server side of one SMTP dialog, without I/O: octets in, replies and an instruction out (RFC 5321).
/// One owner at a time; not safe for concurrent calls. It allocates nothing per command after the first transaction.
/// </summary>
public sealed class SmtpSession
{
    /// <summary>Starts a dialog.</summary>
    /// <param name="options">Names and limits, shared.</param>
    /// <param name="filters">The rules.</param>
    /// <param name="observer">Who counts and logs; shared.</param>
    /// <param name="clientAddress">The client's address; IPv4-mapped addresses are unmapped.</param>
    public SmtpSession(SmtpSessionOptions options, IMailboxFilterSource filters, ISessionObserver observer, IPAddress? clientAddress)
    {
        throw new NotImplementedException();
    }

    /// <summary>Why the session ended or wants to; <see cref="SessionEndReason.None"/> while it goes on.</summary>
    public SessionEndReason EndReason { get; private set; }

    /// <summary>Whether a message's data is being received (a lost connection now is <see cref="SessionEndReason.ClosedInData"/>).</summary>
    public bool IsInData => throw new NotImplementedException();

    /// <summary>Whether a transaction is open: from MAIL to its end of data, RSET or loss. A graceful stop waits for it.</summary>
    public bool IsInTransaction => throw new NotImplementedException();

    /// <summary>The <see cref="Moment.Milliseconds"/> at which <see cref="CheckDeadlines"/> should next be called; <see cref="long.MaxValue"/> for never. Updated by each call.</summary>
    public long Deadline { get; private set; }

    /// <summary>Writes the greeting (220, or what the filter says at <see cref="Stage.Connect"/>).</summary>
    public SessionStep Start(ReplyBuffer output, Moment now) => throw new NotImplementedException();

    /// <summary>
    /// Takes what it can of the input and writes replies. Octets of an unfinished command line are not consumed and must be given
    /// again with more behind them; data of a message is always consumed.
    /// </summary>
    public SessionStep Advance(ReadOnlySpan<byte> input, ReplyBuffer output, Moment now) => throw new NotImplementedException();

    /// <summary>The TLS handshake is done: the dialog starts anew (RFC 3207 section 4.2), without a greeting.</summary>
    public void TlsEstablished(Moment now) => throw new NotImplementedException();

    /// <summary>Looks at idle time, the transaction's deadline and the data rate; writes 421 and answers <see cref="SessionAction.Close"/> when one is over, else <see cref="SessionAction.Read"/>.</summary>
    public SessionStep CheckDeadlines(ReplyBuffer output, Moment now) => throw new NotImplementedException();

    /// <summary>The server stops: outside a transaction (or with <paramref name="force"/>) writes 421 4.3.2 and answers Close; inside one answers Read, and the 421 follows its end.</summary>
    public SessionStep Shutdown(ReplyBuffer output, Moment now, bool force) => throw new NotImplementedException();

    /// <summary>The connection is gone: reports an open transaction as abandoned and fixes the reason, unless one was fixed before.</summary>
    public void ConnectionEnded(SessionEndReason reason) => throw new NotImplementedException();
}
