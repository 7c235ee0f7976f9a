namespace SmartSink.Policy.Replies;

/// <summary>A fact of the dialog that a reply's text may name in braces.</summary>
internal enum Placeholder : byte
{
    /// <summary>Not a placeholder: fixed text.</summary>
    None,

    /// <summary><c>{client_ip}</c>: the client's address; a dash when unknown.</summary>
    ClientIp,

    /// <summary><c>{sender}</c>: the reverse-path without brackets, empty for the null sender.</summary>
    Sender,

    /// <summary><c>{sender_domain}</c>: its domain, empty for the null sender.</summary>
    SenderDomain,

    /// <summary><c>{recipient}</c>: the recipient's mailbox as written.</summary>
    Recipient,

    /// <summary><c>{domain}</c>: the recipient's domain in lower case, with the suffix that the policy cuts off for look-ups.</summary>
    Domain,

    /// <summary><c>{local_part}</c>: the recipient's local part, unquoted.</summary>
    LocalPart,

    /// <summary><c>{helo}</c>: the name given with EHLO or HELO.</summary>
    Helo,

    /// <summary><c>{hostname}</c>: the sink's own name.</summary>
    Hostname,

    /// <summary><c>{id}</c>: the transaction's id; a dash before MAIL.</summary>
    Id,

    /// <summary><c>{date}</c>: the present moment in UTC, in the form of RFC 5322 section 3.3.</summary>
    Date,
}
