using System.Net;

namespace SmartSink.Smtp.Server;

/// <summary>A message at its end, as the observer sees it. Spans are valid only during the call.</summary>
public readonly ref struct MessageFacts
{
    /// <summary>The transaction's id, as in the reply at end of data.</summary>
    public ReadOnlySpan<byte> TransactionId { get; init; }

    /// <summary>The client's address, as in <see cref="SessionFacts.ClientAddress"/>.</summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>The name that the client authenticated as, in UTF-8 without control characters; empty when there is none.</summary>
    public ReadOnlySpan<byte> User { get; init; }

    /// <summary>The reverse-path without brackets; empty for the null sender.</summary>
    public ReadOnlySpan<byte> Sender { get; init; }

    /// <summary>What the reply at end of data said.</summary>
    public Outcome Outcome { get; init; }

    /// <summary>The code of that reply.</summary>
    public int Code { get; init; }

    /// <summary>How many recipients had been accepted at RCPT.</summary>
    public int Recipients { get; init; }

    /// <summary>The message's size in octets: dots unstuffed, without the end of data (RFC 1870 section 5).</summary>
    public long Size { get; init; }

    /// <summary>From MAIL to the reply at end of data.</summary>
    public TimeSpan TransactionTime { get; init; }

    /// <summary>From the 354, or the first BDAT, to the reply at end of data.</summary>
    public TimeSpan DataTime { get; init; }
}
