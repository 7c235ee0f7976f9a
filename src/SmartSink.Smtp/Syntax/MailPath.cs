namespace SmartSink.Smtp.Syntax;

/// <summary>A reverse-path or forward-path (RFC 5321 section 4.1.2), its source route left out. Spans point into the command line.</summary>
internal readonly ref struct MailPath
{
    /// <summary>The mailbox as written, without brackets; empty for the null path.</summary>
    public ReadOnlySpan<byte> Mailbox { get; init; }

    /// <summary>The local part as written, with its quotes.</summary>
    public ReadOnlySpan<byte> LocalPart { get; init; }

    /// <summary>The domain or address literal as written; empty when there is none.</summary>
    public ReadOnlySpan<byte> Domain { get; init; }

    /// <summary>The domain in the form for look-ups.</summary>
    public ReadOnlySpan<byte> NormalizedDomain { get; init; }

    /// <summary>Whether an octet of it is not ASCII, so that it needs SMTPUTF8 (RFC 6531).</summary>
    public bool IsInternational { get; init; }

    /// <summary>Whether it is <c>&lt;&gt;</c>.</summary>
    public bool IsNull => Mailbox.IsEmpty;
}
