namespace SmartSink.Smtp.Syntax;

/// <summary>
/// The service extensions that a server may offer. One that is not offered is unknown: its command is answered 502 and its parameters 555,
/// as by a server that has never heard of it.
/// </summary>
[Flags]
public enum SmtpExtensions
{
    /// <summary>None, as after HELO.</summary>
    None = 0,

    /// <summary>PIPELINING (RFC 2920). Commands that arrive together are processed with or without it.</summary>
    Pipelining = 0x1,

    /// <summary>SIZE (RFC 1870). The limit itself applies with or without it.</summary>
    Size = 0x2,

    /// <summary>8BITMIME (RFC 6152).</summary>
    EightBitMime = 0x4,

    /// <summary>SMTPUTF8 (RFC 6531).</summary>
    SmtpUtf8 = 0x8,

    /// <summary>ENHANCEDSTATUSCODES (RFC 2034). Replies carry the codes with or without it.</summary>
    EnhancedStatusCodes = 0x10,

    /// <summary>DSN (RFC 3461).</summary>
    Dsn = 0x20,

    /// <summary>CHUNKING (RFC 3030): BDAT.</summary>
    Chunking = 0x40,

    /// <summary>BINARYMIME (RFC 3030); only together with <see cref="Chunking"/>.</summary>
    BinaryMime = 0x80,

    /// <summary>STARTTLS (RFC 3207); only where TLS is available.</summary>
    StartTls = 0x100,

    /// <summary>AUTH (RFC 4954).</summary>
    Auth = 0x200,

    /// <summary>XCLIENT (Postfix). Only for clients that are trusted with what they say about others.</summary>
    Xclient = 0x8000,

    /// <summary>HELP (RFC 5321 section 4.1.1.8).</summary>
    Help = 0x400,

    /// <summary>LIMITS (RFC 9422): the limits that are enforced, as numbers.</summary>
    Limits = 0x800,

    /// <summary>REQUIRETLS (RFC 8689); announced only over TLS. Without TLS its parameter is answered 530.</summary>
    RequireTls = 0x1000,

    /// <summary>DELIVERBY (RFC 2852): the parameter is checked and has no other effect.</summary>
    DeliverBy = 0x2000,

    /// <summary>FUTURERELEASE (RFC 4865): the parameters are checked and have no other effect.</summary>
    FutureRelease = 0x4000,

    /// <summary>MT-PRIORITY (RFC 6710): the parameter is checked and has no other effect.</summary>
    MtPriority = 0x10000,

    /// <summary>The extensions that are offered only if they are asked for.</summary>
    OnRequest = Limits | RequireTls | DeliverBy | FutureRelease | MtPriority,

    /// <summary>The extensions that are offered by default.</summary>
    Default = Pipelining | Size | EightBitMime | SmtpUtf8 | EnhancedStatusCodes | Dsn | Chunking | BinaryMime | StartTls | Auth | Help,
}

/// <summary>The EHLO keywords of the extensions, in the order in which they are announced.</summary>
public static class ExtensionKeywords
{
    /// <summary>Each extension with its keyword.</summary>
    public static IReadOnlyList<(SmtpExtensions Extension, string Keyword)> All { get; } =
    [
        (SmtpExtensions.Pipelining, "PIPELINING"),
        (SmtpExtensions.Size, "SIZE"),
        (SmtpExtensions.EightBitMime, "8BITMIME"),
        (SmtpExtensions.SmtpUtf8, "SMTPUTF8"),
        (SmtpExtensions.EnhancedStatusCodes, "ENHANCEDSTATUSCODES"),
        (SmtpExtensions.Dsn, "DSN"),
        (SmtpExtensions.Chunking, "CHUNKING"),
        (SmtpExtensions.BinaryMime, "BINARYMIME"),
        (SmtpExtensions.StartTls, "STARTTLS"),
        (SmtpExtensions.Auth, "AUTH"),
        (SmtpExtensions.Xclient, "XCLIENT"),
        (SmtpExtensions.Limits, "LIMITS"),
        (SmtpExtensions.RequireTls, "REQUIRETLS"),
        (SmtpExtensions.DeliverBy, "DELIVERBY"),
        (SmtpExtensions.FutureRelease, "FUTURERELEASE"),
        (SmtpExtensions.MtPriority, "MT-PRIORITY"),
        (SmtpExtensions.Help, "HELP"),
    ];

    /// <summary>Reads a comma-separated list of keywords, ignoring case.</summary>
    /// <returns>False when one of them is unknown or empty.</returns>
    public static bool TryParse(string text, out SmtpExtensions extensions)
    {
        ArgumentNullException.ThrowIfNull(text);
        extensions = SmtpExtensions.None;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var extension = All.FirstOrDefault(known => known.Keyword.Equals(word, StringComparison.OrdinalIgnoreCase)).Extension;
            if (extension == SmtpExtensions.None)
            {
                return false;
            }

            extensions |= extension;
        }

        return true;
    }
}
