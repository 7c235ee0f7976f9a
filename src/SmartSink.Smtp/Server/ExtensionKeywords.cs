namespace SmartSink.Smtp.Server;

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

    /// <summary>Reads keywords with commas between them, without case.</summary>
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
