using System.Buffers.Binary;
using System.Text;

namespace SmartSink.Smtp.Syntax;

/// <summary>
/// Parses one line into a command. The verb is found by one comparison of its first four octets,
/// folded to upper case, by which all SMTP verbs differ.
/// </summary>
internal static class CommandParser
{
    private const int VerbLength = 4;

    // Clearing bit 5 changes a lower-case letter into upper case and turns no other octet into a letter.
    private const uint UpperCase = 0xDFDFDFDF;

    /// <summary>Reads a line, given without its CRLF and without control octets.</summary>
    public static Command Parse(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd((byte)' '); // RFC 5321 section 4.1.1 recommends tolerating it
        var verb = VerbOf(line);
        switch (verb)
        {
            case Verb.StartTls:
                return ParseLong(verb, line, "TTLS"u8);
            case Verb.Xclient:
                return ParseLong(verb, line, "ENT"u8);
            case Verb.Unknown:
                return IsHttp(line) ? new Command(Verb.Http, line) : default;
            default:
                return line.Length == VerbLength || line[VerbLength] == ' ' ? ParseArgument(verb, line[VerbLength..].TrimStart((byte)' ')) : default;
        }
    }

    /// <summary>The verb that the line's first four octets stand for; what follows is ignored.</summary>
    public static Verb VerbOf(ReadOnlySpan<byte> line)
    {
        if (line.Length < VerbLength)
        {
            return Verb.Unknown;
        }

        return (BinaryPrimitives.ReadUInt32BigEndian(line) & UpperCase) switch
        {
            0x45484C4F => Verb.Ehlo,
            0x48454C4F => Verb.Helo,
            0x4C484C4F => Verb.Lhlo,
            0x4D41494C => Verb.Mail,
            0x52435054 => Verb.Rcpt,
            0x44415441 => Verb.Data,
            0x52534554 => Verb.Rset,
            0x4E4F4F50 => Verb.Noop,
            0x56524659 => Verb.Vrfy,
            0x4558504E => Verb.Expn,
            0x48454C50 => Verb.Help,
            0x51554954 => Verb.Quit,
            0x53544152 => Verb.StartTls,
            0x58434C49 => Verb.Xclient,
            0x42444154 => Verb.Bdat,
            0x41555448 => Verb.Auth,
            0x4554524E or 0x4154524E // ETRN ATRN
                or 0x53454E44 or 0x534F4D4C or 0x53414D4C or 0x5455524E => Verb.NotImplemented, // SEND SOML SAML TURN
            _ => Verb.Unknown,
        };
    }

    private static Command ParseArgument(Verb verb, ReadOnlySpan<byte> argument) => verb switch
    {
        Verb.Data or Verb.Rset or Verb.Quit or Verb.StartTls => WithoutArgument(verb, argument),
        Verb.Ehlo or Verb.Helo or Verb.Lhlo => WithName(verb, argument),
        Verb.Vrfy or Verb.Mail or Verb.Rcpt or Verb.Auth or Verb.Xclient => WithArgument(verb, argument),
        _ => new Command(verb, argument),
    };

    // Verbs of more than four letters.
    private static Command ParseLong(Verb verb, ReadOnlySpan<byte> line, ReadOnlySpan<byte> rest)
    {
        var end = VerbLength + rest.Length;
        if (line.Length < end || !Ascii.EqualsIgnoreCase(line[VerbLength..end], rest))
        {
            return default;
        }

        return line.Length == end || line[end] == ' ' ? ParseArgument(verb, line[end..].TrimStart((byte)' ')) : default;
    }

    private static Command WithoutArgument(Verb verb, ReadOnlySpan<byte> argument) =>
        new(verb, argument, argument.IsEmpty ? SyntaxError.None : SyntaxError.UnexpectedArgument);

    private static Command WithArgument(Verb verb, ReadOnlySpan<byte> argument) =>
        new(verb, argument, argument.IsEmpty ? SyntaxError.BadArgument : SyntaxError.None);

    // Any single printable word will do: some clients give names that violate the grammar, and mail
    // must not be refused for that (RFC 5321 section 4.1.4).
    private static Command WithName(Verb verb, ReadOnlySpan<byte> name) =>
        new(verb, name, name.Length is 0 or > 255 || name.ContainsAnyExceptInRange((byte)33, (byte)126) ? SyntaxError.BadArgument : SyntaxError.None);

    // The request line (RFC 9112 section 3) or Host field of a misdirected browser, a scanner, or a request forged across protocols.
    private static bool IsHttp(ReadOnlySpan<byte> line) =>
        line.StartsWith("GET "u8) || line.StartsWith("POST "u8) || line.StartsWith("HEAD "u8) || line.StartsWith("PUT "u8)
        || line.StartsWith("DELETE "u8) || line.StartsWith("CONNECT "u8) || line.StartsWith("OPTIONS "u8) || line.StartsWith("TRACE "u8)
        || line.StartsWith("PATCH "u8) || line.StartsWith("PRI * HTTP/"u8) || line.StartsWith("Host:"u8);
}

/// <summary>One parsed command line. The argument points into the line and has no spaces around it.</summary>
internal readonly ref struct Command(Verb verb, ReadOnlySpan<byte> argument, SyntaxError error = SyntaxError.None)
{
    public Verb Verb { get; } = verb;

    /// <summary>
    /// What follows the verb; for MAIL and RCPT to be parsed by <see cref="MailArguments"/> and <see cref="RcptArguments"/>.
    /// </summary>
    public ReadOnlySpan<byte> Argument { get; } = argument;

    public SyntaxError Error { get; } = error;
}

internal enum Verb : byte
{
    Unknown,
    Ehlo,
    Helo,
    Lhlo, // LMTP's EHLO (RFC 2033 section 4.1)
    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Noop,
    Vrfy,
    Expn,
    Help,
    Quit,
    StartTls,
    Xclient,
    Auth,
    NotImplemented, // defined by an RFC, but not offered here: 502, not 500 (RFC 5321 section 4.2.4)
    Http, // a line of an HTTP request
}

/// <summary>What is wrong with the syntax of a command.</summary>
internal enum SyntaxError : byte
{
    None,
    UnexpectedArgument, // where the command takes none
    BadArgument, // missing, or not valid for the command
    BadAddress, // the path in it breaks the grammar or a length limit
    UnknownParameter, // not of an extension that was agreed on
    BadParameter, // its value breaks its grammar
    RepeatedParameter,
}
