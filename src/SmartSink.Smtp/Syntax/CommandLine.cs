using System.Buffers;

namespace SmartSink.Smtp.Syntax;

/// <summary>
/// The limits of a command line in octets, CRLF included: 512 (RFC 5321 section 4.5.3.1.4) and what the extensions offered here add.
/// </summary>
internal static class CommandLine
{
    /// <summary>The length at which a line without an end, and the connection with it, is given up.</summary>
    public const int EndlessLength = 64 * 1024;

    /// <summary>The limit of a command without parameters.</summary>
    public const int MaxLength = 512;

    /// <summary>The limit of a line of an authentication exchange: base64 of messages up to 9 kB (RFC 4954 section 4).</summary>
    public const int MaxAuthLength = 12288;

    /// <summary>The ASCII control characters, which no command contains (RFC 5321 section 4.1.2).</summary>
    public static readonly SearchValues<byte> ControlBytes = SearchValues.Create([.. Enumerable.Range(0, 32).Select(octet => (byte)octet), 127]);

    // SIZE: RFC 1870 section 3 (26). 8BITMIME: RFC 6152 section 2 (17). SMTPUTF8: RFC 6531 section 3.1 (10).
    // DSN, by the longest " RET=FULL" and " ENVID=" with 100 octets (RFC 3461 sections 4.3 and 4.4).
    // AUTH: RFC 4954 section 3 (500).
    // REQUIRETLS, by " REQUIRETLS" (11). DELIVERBY: RFC 2852 section 4 (17). FUTURERELEASE: RFC 4865 section 4 (34). MT-PRIORITY: RFC 6710 section 3 (15).
    private const int MailExtra = 26 + 17 + 10 + 9 + 107 + 500 + 11 + 17 + 34 + 15;

    // DSN, by the longest " NOTIFY=SUCCESS,FAILURE,DELAY" and " ORCPT=" with 500 octets (RFC 3461 sections 4.1 and 4.2).
    private const int RcptExtra = 29 + 507;

    // RFC 6531 section 3.1 allows SMTPUTF8 with VRFY and EXPN.
    private const int VrfyExtra = 10;

    /// <summary>The limit for a line with this start.</summary>
    public static int LimitOf(ReadOnlySpan<byte> start) => CommandParser.VerbOf(start) switch
    {
        Verb.Mail => MaxLength + MailExtra,
        Verb.Rcpt => MaxLength + RcptExtra,
        Verb.Auth => MaxAuthLength,
        Verb.Vrfy or Verb.Expn => MaxLength + VrfyExtra,
        _ => MaxLength,
    };
}
