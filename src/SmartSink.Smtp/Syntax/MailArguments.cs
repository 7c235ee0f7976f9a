using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace SmartSink.Smtp.Syntax;

/// <summary>The argument of MAIL (RFC 5321 section 4.1.1.2) with the parameters of all extensions that define some.</summary>
internal ref struct MailArguments
{
    private const int MaxSizeDigits = 20;
    private const int MaxEnvidLength = 100;

    private ParameterSet _given;
    private SmtpExtensions _offered;

    private enum Keyword
    {
        Unknown,
        Size,
        Body,
        Utf8,
        Ret,
        Envid,
        Auth,
        RequireTls,
        By,
        Hold,
        Priority,
    }

    public MailPath Path { get; private set; }

    /// <summary>The size that the client declares, in octets; 0 when it does not (RFC 1870 section 3).</summary>
    public long Size { get; private set; }

    public readonly bool IsUtf8 => _given.Contains((int)Keyword.Utf8);

    public readonly bool RequiresTls => _given.Contains((int)Keyword.RequireTls);

    public bool IsBinary { get; private set; }

    /// <summary>Whether BODY=8BITMIME was given (RFC 6152).</summary>
    public bool IsEightBit { get; private set; }

    /// <summary>Whether the sender is not an address as in RFC 5321: loose, or without a domain and not null.</summary>
    public readonly bool IsLoose => IsLooseSender(Path);

    /// <summary>
    /// Reads what follows the verb, with the parameters of the extensions offered: none when the dialog began with HELO. Unless <paramref
    /// name="isStrict"/>, the sender may lack a domain and be loose.
    /// </summary>
    public static SyntaxError Parse(ReadOnlySpan<byte> text, SmtpExtensions offered, bool isStrict, Span<byte> scratch, out MailArguments arguments)
    {
        arguments = default;
        arguments._offered = offered;
        if (!PathParser.TryTakeWord("FROM:"u8, isStrict, ref text))
        {
            return SyntaxError.BadArgument;
        }

        if (!PathParser.TryParse(text, scratch, out var path, out var length) || (isStrict && IsLooseSender(path)))
        {
            return SyntaxError.BadAddress;
        }

        arguments.Path = path;
        text = text[length..];
        if (text is not ([] or [(byte)' ', ..]))
        {
            return SyntaxError.BadArgument;
        }

        while (Parameter.TryTake(ref text, out var parameter))
        {
            var error = arguments.Add(parameter);
            if (error != SyntaxError.None)
            {
                return error;
            }
        }

        return SyntaxError.None;
    }

    private static bool IsLooseSender(MailPath path) => path.IsLoose || (path.Domain.IsEmpty && !path.IsNull);

    private SyntaxError Add(Parameter parameter)
    {
        var (keyword, isValid) = parameter switch
        {
            _ when Offers(SmtpExtensions.Size) && parameter.Is("SIZE"u8) => (Keyword.Size, TryReadSize(parameter.Value)),
            _ when Offers(SmtpExtensions.EightBitMime | SmtpExtensions.BinaryMime) && parameter.Is("BODY"u8) => (Keyword.Body, TryReadBody(parameter)),
            _ when Offers(SmtpExtensions.SmtpUtf8) && parameter.Is("SMTPUTF8"u8) => (Keyword.Utf8, !parameter.HasValue),
            _ when Offers(SmtpExtensions.Dsn) && parameter.Is("RET"u8) => (Keyword.Ret, parameter.HasValueOf("FULL"u8) || parameter.HasValueOf("HDRS"u8)),
            _ when Offers(SmtpExtensions.Dsn) && parameter.Is("ENVID"u8) => (Keyword.Envid, parameter.Value.Length is > 0 and <= MaxEnvidLength && Xtext.IsValid(parameter.Value, allowUtf8: false)),
            _ when Offers(SmtpExtensions.Auth) && parameter.Is("AUTH"u8) => (Keyword.Auth, MailParameter.IsAuth(parameter.Value)),
            _ => Rare(parameter),
        };
        return _given.Add((int)keyword, isValid);
    }

    // HOLDFOR and HOLDUNTIL are one parameter in two forms: only one of them is allowed (RFC 4865 section 4).
    private readonly (Keyword Keyword, bool IsValid) Rare(Parameter parameter) => parameter switch
    {
        _ when Offers(SmtpExtensions.RequireTls) && parameter.Is("REQUIRETLS"u8) => (Keyword.RequireTls, !parameter.HasValue),
        _ when Offers(SmtpExtensions.DeliverBy) && parameter.Is("BY"u8) => (Keyword.By, MailParameter.IsBy(parameter.Value)),
        _ when Offers(SmtpExtensions.FutureRelease) && parameter.Is("HOLDFOR"u8) => (Keyword.Hold, MailParameter.IsHoldFor(parameter.Value)),
        _ when Offers(SmtpExtensions.FutureRelease) && parameter.Is("HOLDUNTIL"u8) => (Keyword.Hold, MailParameter.IsHoldUntil(parameter.Value)),
        _ when Offers(SmtpExtensions.MtPriority) && parameter.Is("MT-PRIORITY"u8) => (Keyword.Priority, MailParameter.IsPriority(parameter.Value)),
        _ => (Keyword.Unknown, false),
    };

    private readonly bool Offers(SmtpExtensions any) => (_offered & any) != SmtpExtensions.None;

    // 7BIT belongs to both extensions (RFC 3030 section 3).
    private bool TryReadBody(Parameter parameter)
    {
        IsBinary = Offers(SmtpExtensions.BinaryMime) && parameter.HasValueOf("BINARYMIME"u8);
        IsEightBit = Offers(SmtpExtensions.EightBitMime) && parameter.HasValueOf("8BITMIME"u8);
        return IsBinary || IsEightBit || parameter.HasValueOf("7BIT"u8);
    }

    // A number of more than 63 bits is a size beyond every limit.
    private bool TryReadSize(ReadOnlySpan<byte> value)
    {
        if (value.Length is 0 or > MaxSizeDigits || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        Size = Utf8Parser.TryParse(value, out long size, out _) ? size : long.MaxValue;
        return true;
    }
}

/// <summary>The values of MAIL's parameters that are checked but have no other effect.</summary>
internal static class MailParameter
{
    private const int MaxAuthLength = 500;
    private const int MaxDigits = 9;
    private const int MaxDateLength = 40;

    private static readonly string[] DateForms = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    /// <summary>AUTH= (RFC 4954 section 5): a mailbox in xtext, or <c>&lt;&gt;</c> if it is not known.</summary>
    public static bool IsAuth(ReadOnlySpan<byte> value) =>
        value.Length is > 0 and <= MaxAuthLength && (value.SequenceEqual("<>"u8) || Xtext.IsValid(value, allowUtf8: false));

    /// <summary>
    /// BY= (RFC 2852 section 4): seconds, a semicolon, N or R, optionally T. A time that has run out cannot ask for a return.
    /// </summary>
    public static bool IsBy(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)';');
        if (end < 0)
        {
            return false;
        }

        var mode = value[(end + 1)..];
        var number = value[..end];
        var digits = number is [(byte)'+' or (byte)'-', ..] ? number[1..] : number;
        if (!IsNumber(digits) || mode.Length is 0 or > 2 || (mode.Length == 2 && (mode[1] | 0x20) != 't'))
        {
            return false;
        }

        var hasRunOut = number[0] == '-' || !digits.ContainsAnyExcept((byte)'0');
        return (mode[0] | 0x20) switch { 'n' => true, 'r' => !hasRunOut, _ => false };
    }

    /// <summary>HOLDFOR= (RFC 4865 section 4): seconds, 1 to 999999999, without a leading zero.</summary>
    public static bool IsHoldFor(ReadOnlySpan<byte> value) => IsNumber(value) && value[0] != '0';

    /// <summary>HOLDUNTIL= (RFC 4865 section 4): a time as in RFC 3339, in UTC; T and Z may be lower case.</summary>
    public static bool IsHoldUntil(ReadOnlySpan<byte> value)
    {
        Span<char> text = stackalloc char[MaxDateLength];
        return value.Length <= MaxDateLength
            && Encoding.ASCII.TryGetChars(value, text, out var length)
            && System.Text.Ascii.ToUpperInPlace(text[..length], out _) == OperationStatus.Done
            && DateTime.TryParseExact(text[..length], DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
    }

    /// <summary>MT-PRIORITY= (RFC 6710 section 5): -9 to 9, neither +1 nor -0.</summary>
    public static bool IsPriority(ReadOnlySpan<byte> value) =>
        value is [(byte)'0'] or [>= (byte)'1' and <= (byte)'9'] or [(byte)'-', >= (byte)'1' and <= (byte)'9'];

    private static bool IsNumber(ReadOnlySpan<byte> digits) =>
        digits.Length is > 0 and <= MaxDigits && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
}
