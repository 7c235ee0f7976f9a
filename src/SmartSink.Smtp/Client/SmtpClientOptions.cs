namespace SmartSink.Smtp.Client;

/// <summary>What a client wants of every dialog.</summary>
public sealed record SmtpClientOptions
{
    /// <summary>STARTTLS before anything else; without it the dialog fails.</summary>
    public bool StartTls { get; init; }

    /// <summary>MAIL, RCPT and DATA together where PIPELINING is offered.</summary>
    public bool Pipelining { get; init; }

    /// <summary>BDAT instead of DATA; without CHUNKING the dialog fails.</summary>
    public bool Chunking { get; init; }

    /// <summary>SMTPUTF8 on every MAIL; without it the dialog fails.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>Whom to authenticate as; null for nobody.</summary>
    public ClientCredential? Credential { get; init; }
}
