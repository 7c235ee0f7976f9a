using System.Buffers.Text;
using SmartSink.Smtp.Addresses;

namespace SmartSink.Smtp.Commands;

/// <summary>The argument of MAIL (RFC 5321 section 4.1.1.2) with the parameters of SIZE, 8BITMIME, SMTPUTF8 and DSN.</summary>
internal ref struct MailArguments
{
    private const int MaxSizeDigits = 20;
    private const int MaxEnvidLength = 100;

    private Seen _seen;

    [Flags]
    private enum Seen : byte
    {
        None = 0,
        Size = 1,
        Body = 2,
        Utf8 = 4,
        Ret = 8,
        Envid = 16,
    }

    public MailPath Path { get; private set; }

    /// <summary>The size that the client declares, in octets; 0 when it does not (RFC 1870 section 3).</summary>
    public long Size { get; private set; }

    /// <summary>Whether SMTPUTF8 was given (RFC 6531).</summary>
    public readonly bool IsUtf8 => (_seen & Seen.Utf8) != Seen.None;

    /// <summary>Reads what follows the verb.</summary>
    /// <param name="text">The argument.</param>
    /// <param name="isExtended">Whether the dialog began with EHLO; without it no parameter is known.</param>
    /// <param name="scratch">Room for <see cref="DomainName.MaxLength"/> octets.</param>
    /// <param name="arguments">The result, whole only when there is no error.</param>
    public static SyntaxError Parse(ReadOnlySpan<byte> text, bool isExtended, Span<byte> scratch, out MailArguments arguments)
    {
        arguments = default;
        if (!PathArgument.TryTake("FROM:"u8, ref text))
        {
            return SyntaxError.BadArgument;
        }

        if (!PathParser.TryParse(text, scratch, out var path, out var length) || (path.Domain.IsEmpty && !path.IsNull))
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
            var error = isExtended ? arguments.Add(parameter) : SyntaxError.UnknownParameter;
            if (error != SyntaxError.None)
            {
                return error;
            }
        }

        return SyntaxError.None;
    }

    private SyntaxError Add(Parameter parameter)
    {
        var (which, isValid) = parameter switch
        {
            _ when parameter.Is("SIZE"u8) => (Seen.Size, TryReadSize(parameter.Value)),
            _ when parameter.Is("BODY"u8) => (Seen.Body, parameter.HasValueOf("8BITMIME"u8) || parameter.HasValueOf("7BIT"u8)),
            _ when parameter.Is("SMTPUTF8"u8) => (Seen.Utf8, !parameter.HasValue),
            _ when parameter.Is("RET"u8) => (Seen.Ret, parameter.HasValueOf("FULL"u8) || parameter.HasValueOf("HDRS"u8)),
            _ when parameter.Is("ENVID"u8) => (Seen.Envid, parameter.Value.Length is > 0 and <= MaxEnvidLength && Xtext.IsValid(parameter.Value, allowUtf8: false)),
            _ => (Seen.None, false),
        };
        if (which == Seen.None)
        {
            return SyntaxError.UnknownParameter;
        }

        if ((_seen & which) != Seen.None)
        {
            return SyntaxError.RepeatedParameter;
        }

        _seen |= which;
        return isValid ? SyntaxError.None : SyntaxError.BadParameter;
    }

    // A number beyond 63 bits is a size beyond every limit.
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
