using System.Net;

namespace SmartSink.Smtp.Replies;

/// <summary>
/// What is known about a dialog when an answer is needed. Spans point into the session's memory and are valid only during the call; what is
/// not known yet is empty. Texts are UTF-8 without control characters.
/// </summary>
public readonly ref struct SessionFacts
{
    /// <summary>The stage at which an answer is needed.</summary>
    public Stage Stage { get; init; }

    /// <summary>The connection's number in this process, from 1; the log has the same number.</summary>
    public uint Connection { get; init; }

    /// <summary>Which answer on its connection this is, from 1. Connection and answer together are unique for each answer.</summary>
    public uint Answer { get; init; }

    /// <summary>The client's address, IPv4-mapped IPv6 already unmapped; null only in tests without a transport.</summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>The address to which the client meant to connect, before any redirection; null when it was not looked up.</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>The name that the client authenticated as; empty when there is none.</summary>
    public ReadOnlySpan<byte> User { get; init; }

    /// <summary>The name given with EHLO or HELO.</summary>
    public ReadOnlySpan<byte> Helo { get; init; }

    /// <summary>The reverse-path without angle brackets; empty for the null sender.</summary>
    public ReadOnlySpan<byte> Sender { get; init; }

    /// <summary>The domain part of the reverse-path as written; empty for the null sender.</summary>
    public ReadOnlySpan<byte> SenderDomain { get; init; }

    /// <summary>The recipient's mailbox as written, without angle brackets or source route.</summary>
    public ReadOnlySpan<byte> Recipient { get; init; }

    /// <summary>The recipient's local part, unquoted (RFC 5321 section 4.1.2: quoting is not part of the name).</summary>
    public ReadOnlySpan<byte> LocalPart { get; init; }

    /// <summary>
    /// The recipient's domain for lookups: lower case, an IDN as A-labels (RFC 5890), no trailing dot; an address literal with its
    /// brackets; empty for a recipient without a domain.
    /// </summary>
    public ReadOnlySpan<byte> Domain { get; init; }

    /// <summary>
    /// Whether the recipient is written in a way that RFC 5321 does not allow: without brackets or a domain, or with misplaced dots.
    /// </summary>
    public bool IsLoose { get; init; }

    /// <summary>The server's own name.</summary>
    public ReadOnlySpan<byte> Hostname { get; init; }

    /// <summary>Whether the dialog is protected by TLS.</summary>
    public bool IsTls { get; init; }

    /// <summary>The transaction's id, as in the log; empty before MAIL.</summary>
    public ReadOnlySpan<byte> TransactionId { get; init; }

    /// <summary>When the transport read the octets that are being answered.</summary>
    public Moment Now { get; init; }
}

/// <summary>A point in time as the transport saw it: the session itself reads no clock.</summary>
/// <param name="Milliseconds">A monotonic count of milliseconds from any origin; deadlines are computed from it.</param>
/// <param name="Utc">The calendar time, for dates in replies.</param>
public readonly record struct Moment(long Milliseconds, DateTimeOffset Utc)
{
    /// <summary>
    /// The same count in units of 100 ns (<see cref="TimeSpan.Ticks"/>), as precise as the clock: durations are measured with it.
    /// </summary>
    public long Ticks { get; init; } = Milliseconds * TimeSpan.TicksPerMillisecond;
}
