using System.Buffers.Text;
using SmartSink.Smtp.Addresses;

namespace SmartSink.Smtp.Commands;

/// <summary>The argument of MAIL (RFC 5321 section 4.1.1.2) with the parameters of SIZE, 8BITMIME, SMTPUTF8 and DSN.</summary>
internal ref struct MailArguments
{
    private const int MaxSizeDigits = 20;
    private const int MaxEnvidLength = 100;

    private ParameterSet _given;

    private enum Keyword
    {
        Unknown,
        Size,
        Body,
        Utf8,
        Ret,
        Envid,
    }

    public MailPath Path { get; private set; }

    /// <summary>The size that the client declares, in octets; 0 when it does not (RFC 1870 section 3).</summary>
    public long Size { get; private set; }

    /// <summary>Whether SMTPUTF8 was given (RFC 6531).</summary>
    public readonly bool IsUtf8 => _given.Contains((int)Keyword.Utf8);

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
        var (keyword, isValid) = parameter switch
        {
            _ when parameter.Is("SIZE"u8) => (Keyword.Size, TryReadSize(parameter.Value)),
            _ when parameter.Is("BODY"u8) => (Keyword.Body, parameter.HasValueOf("8BITMIME"u8) || parameter.HasValueOf("7BIT"u8)),
            _ when parameter.Is("SMTPUTF8"u8) => (Keyword.Utf8, !parameter.HasValue),
            _ when parameter.Is("RET"u8) => (Keyword.Ret, parameter.HasValueOf("FULL"u8) || parameter.HasValueOf("HDRS"u8)),
            _ when parameter.Is("ENVID"u8) => (Keyword.Envid, parameter.Value.Length is > 0 and <= MaxEnvidLength && Xtext.IsValid(parameter.Value, allowUtf8: false)),
            _ => (Keyword.Unknown, false),
        };
        return _given.Add((int)keyword, isValid);
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
