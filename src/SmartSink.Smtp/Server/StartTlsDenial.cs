namespace SmartSink.Smtp.Server;

/// <summary>How a dialog is kept from TLS that others of the listener are offered.</summary>
public enum StartTlsDenial : byte
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>EHLO does not list STARTTLS, and the command is not known.</summary>
    Hidden,

    /// <summary>STARTTLS is answered 454 (RFC 3207 section 4).</summary>
    Unavailable,
}
