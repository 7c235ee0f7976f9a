namespace SmartSink.Smtp.Replies;

/// <summary>
/// Why a reply refuses, as one word of a closed list: the ground truth against which a sender's own classification of bounces can be
/// compared. Each label names the enhanced codes (RFC 3463, IANA registry) that say the same.
/// </summary>
public enum ReplyLabel : byte
{
    /// <summary>X.1.1: no such mailbox.</summary>
    UnknownUser,

    /// <summary>X.1.3: the recipient's address is not valid.</summary>
    BadAddress,

    /// <summary>X.1.8: the sender's address or its domain is refused.</summary>
    BadSender,

    /// <summary>X.2.2: the mailbox is full.</summary>
    MailboxFull,

    /// <summary>X.2.1: the mailbox is disabled, inactive or locked.</summary>
    Suspended,

    /// <summary>X.1.2: the server accepts no mail for this domain.</summary>
    Relay,

    /// <summary>X.4.5, X.7.28: too much mail too fast, from one client or to one mailbox.</summary>
    RateLimit,

    /// <summary>X.5.3: too many recipients in one message.</summary>
    TooManyRecipients,

    /// <summary>X.3.4: the message is too large.</summary>
    TooLarge,

    /// <summary>X.7.1, temporary: a client that is not known yet has to try again.</summary>
    Greylist,

    /// <summary>X.7.1: the provider's own rating of the client's address or network.</summary>
    Reputation,

    /// <summary>X.7.1: the client or the sender is on a named list, often a third party's.</summary>
    BlockList,

    /// <summary>X.7.20 to X.7.24, X.7.26: SPF, DKIM, DMARC (RFC 7372).</summary>
    Authentication,

    /// <summary>X.7.25: the client's PTR record, or the name that it gives with EHLO (RFC 7372).</summary>
    ReverseDns,

    /// <summary>X.6.0, X.7.1: spam, a virus, or the format of the message.</summary>
    Content,

    /// <summary>X.7.1: a rule of the recipient or of the site to which no other label applies.</summary>
    Policy,

    /// <summary>X.7.4, X.7.10: encryption is required.</summary>
    Tls,

    /// <summary>X.3.0, X.4.x: a problem of the provider's own, or with routing.</summary>
    System,

    /// <summary>X.5.x: a command or parameter is wrong.</summary>
    Protocol,
}

/// <summary>The words of the labels, as used in responses.toml, metrics and logs, and the label that a code has by itself.</summary>
public static class ReplyLabels
{
    /// <summary>By <see cref="ReplyLabel"/>.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [
        "unknown_user", "bad_address", "bad_sender", "mailbox_full", "suspended", "relay", "rate_limit", "too_many_recipients", "too_large", "greylist",
        "reputation", "block_list", "authentication", "reverse_dns", "content", "policy", "tls", "system", "protocol",
    ];

    /// <summary>
    /// The label of a reply for which none is given: that of its enhanced code, if the code has a single meaning; otherwise <see
    /// cref="ReplyLabel.Policy"/> for 5yz and <see cref="ReplyLabel.System"/> for 4yz.
    /// </summary>
    /// <param name="code">The reply's code.</param>
    /// <param name="enhanced">Its enhanced code, whose class is ignored; the default value for none.</param>
    public static ReplyLabel Of(int code, EnhancedStatusCode enhanced) => (enhanced.Subject, enhanced.Detail) switch
    {
        (1, 1 or 6) => ReplyLabel.UnknownUser,
        (1, 3 or 4) => ReplyLabel.BadAddress,
        (1, 7 or 8) or (7, 27) => ReplyLabel.BadSender,
        (2, 2) => ReplyLabel.MailboxFull,
        (2, 1) => ReplyLabel.Suspended,
        (1, 2 or 10) => ReplyLabel.Relay,
        (4, 5) or (7, 28) => ReplyLabel.RateLimit,
        (5, 3) => ReplyLabel.TooManyRecipients,
        (2, 3) or (3, 4) => ReplyLabel.TooLarge,
        (7, (>= 20 and <= 24) or 26 or 29) => ReplyLabel.Authentication,
        (7, 25) => ReplyLabel.ReverseDns,
        (7, 4 or 10 or 11 or 30) => ReplyLabel.Tls,
        (5, _) or (6, >= 7 and <= 10) => ReplyLabel.Protocol,
        (6, _) => ReplyLabel.Content,
        (3 or 4, _) => ReplyLabel.System,
        _ => code < 500 ? ReplyLabel.System : ReplyLabel.Policy,
    };
}
