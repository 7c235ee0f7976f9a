using System.Text;

namespace SmartSink.Smtp.Syntax;

/// <summary>The argument of RCPT (RFC 5321 section 4.1.1.3) with the parameters of DSN (RFC 3461 sections 4.1 and 4.2).</summary>
internal ref struct RcptArguments
{
    private const int MaxOrcptLength = 500;

    private ParameterSet _given;

    private enum Keyword
    {
        Unknown,
        Notify,
        Orcpt,
    }

    public MailPath Path { get; private set; }

    /// <summary>Whether the address is not one as in RFC 5321: loose, or without a domain and not postmaster.</summary>
    public readonly bool IsLoose => IsLooseRecipient(Path);

    /// <summary>
    /// Reads what follows the verb, with the parameters of the extensions offered: none when the dialog began with HELO. If <paramref
    /// name="isStrict"/>, a loose address is an error.
    /// </summary>
    public static SyntaxError Parse(ReadOnlySpan<byte> text, SmtpExtensions offered, bool isUtf8, bool isStrict, Span<byte> scratch, out RcptArguments arguments)
    {
        arguments = default;
        if (!PathParser.TryTakeWord("TO:"u8, isStrict, ref text))
        {
            return SyntaxError.BadArgument;
        }

        if (!PathParser.TryParse(text, scratch, out var path, out var length) || path.IsNull || (isStrict && IsLooseRecipient(path)))
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
            var error = (offered & SmtpExtensions.Dsn) != SmtpExtensions.None ? arguments.Add(parameter, isUtf8) : SyntaxError.UnknownParameter;
            if (error != SyntaxError.None)
            {
                return error;
            }
        }

        return SyntaxError.None;
    }

    // The only recipient without a domain is postmaster (RFC 5321 section 4.1.1.3).
    private static bool IsLooseRecipient(MailPath path) =>
        path.IsLoose || (path.Domain.IsEmpty && !Ascii.EqualsIgnoreCase(path.LocalPart, "postmaster"u8));

    private SyntaxError Add(Parameter parameter, bool isUtf8)
    {
        var (keyword, isValid) = parameter switch
        {
            _ when parameter.Is("NOTIFY"u8) => (Keyword.Notify, IsNotify(parameter.Value)),
            _ when parameter.Is("ORCPT"u8) => (Keyword.Orcpt, IsOrcpt(parameter.Value, isUtf8)),
            _ => (Keyword.Unknown, false),
        };
        return _given.Add((int)keyword, isValid);
    }

    // NEVER must be the only value; the others are allowed in any number and order.
    private static bool IsNotify(ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(value, "NEVER"u8))
        {
            return true;
        }

        foreach (var range in value.Split((byte)','))
        {
            var word = value[range];
            if (!Ascii.EqualsIgnoreCase(word, "SUCCESS"u8) && !Ascii.EqualsIgnoreCase(word, "FAILURE"u8) && !Ascii.EqualsIgnoreCase(word, "DELAY"u8))
            {
                return false;
            }
        }

        return true;
    }

    // addr-type ";" xtext; the type utf-8 may have its address in UTF-8 (RFC 6533 section 3).
    private static bool IsOrcpt(ReadOnlySpan<byte> value, bool isUtf8)
    {
        var semicolon = value.IndexOf((byte)';');
        if (semicolon < 1 || semicolon + 1 == value.Length || value.Length > MaxOrcptLength)
        {
            return false;
        }

        var type = value[..semicolon];
        return LocalPart.Measure(type) == type.Length
            && !LocalPart.IsLoose(type)
            && Ascii.IsValid(type)
            && Xtext.IsValid(value[(semicolon + 1)..], isUtf8 && Ascii.EqualsIgnoreCase(type, "utf-8"u8));
    }
}
