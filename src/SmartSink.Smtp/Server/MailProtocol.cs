namespace SmartSink.Smtp.Server;

/// <summary>The protocol that a listener's clients speak.</summary>
public enum MailProtocol : byte
{
    /// <summary>SMTP (RFC 5321).</summary>
    Smtp,

    /// <summary>LMTP (RFC 2033): LHLO in place of EHLO, and at end of data a reply for each recipient.</summary>
    Lmtp,
}
