using System.Buffers;
using System.Globalization;
using System.Text;

namespace SmartSink.Smtp.Syntax;

/// <summary>One parameter of MAIL or RCPT: <c>keyword</c> or <c>keyword=value</c> (RFC 5321 section 4.1.2, esmtp-param).</summary>
internal readonly ref struct Parameter
{
    private Parameter(ReadOnlySpan<byte> keyword, ReadOnlySpan<byte> value, bool hasValue)
    {
        Keyword = keyword;
        Value = value;
        HasValue = hasValue;
    }

    public ReadOnlySpan<byte> Keyword { get; }

    public ReadOnlySpan<byte> Value { get; }

    public bool HasValue { get; }

    /// <summary>Takes the next parameter from the start of the text.</summary>
    /// <returns>False at the end of the text.</returns>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> text, out Parameter parameter)
    {
        text = text.TrimStart((byte)' ');
        if (text.IsEmpty)
        {
            parameter = default;
            return false;
        }

        var end = text.IndexOf((byte)' ');
        var word = end < 0 ? text : text[..end];
        text = text[word.Length..];
        var equals = word.IndexOf((byte)'=');
        parameter = equals < 0 ? new Parameter(word, default, hasValue: false) : new Parameter(word[..equals], word[(equals + 1)..], hasValue: true);
        return true;
    }

    public bool Is(ReadOnlySpan<byte> keyword) => Ascii.EqualsIgnoreCase(Keyword, keyword);

    public bool HasValueOf(ReadOnlySpan<byte> value) => Ascii.EqualsIgnoreCase(Value, value);
}

/// <summary>Which parameters a command has given so far: each is allowed once.</summary>
internal struct ParameterSet
{
    private uint _given;

    public readonly bool Contains(int keyword) => ((_given >> keyword) & 1) != 0;

    /// <summary>Adds a parameter and returns what is wrong with it; keyword 0 means one that is not known.</summary>
    public SyntaxError Add(int keyword, bool isValid)
    {
        if (keyword == 0)
        {
            return SyntaxError.UnknownParameter;
        }

        if (Contains(keyword))
        {
            return SyntaxError.RepeatedParameter;
        }

        _given |= 1u << keyword;
        return isValid ? SyntaxError.None : SyntaxError.BadParameter;
    }
}

/// <summary>
/// Text in the encoding of RFC 3461 section 4: printable octets except <c>+</c> and
/// <c>=</c>, others as <c>+</c> and two upper-case hex digits.
/// </summary>
internal static class Xtext
{
    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789ABCDEF"u8);

    /// <summary>Decodes a value; false when it violates the encoding or does not fit.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int length)
    {
        length = 0;
        if (!IsValid(text, allowUtf8: false))
        {
            return false;
        }

        for (var at = 0; at < text.Length; at++, length++)
        {
            if (length == destination.Length)
            {
                return false;
            }

            destination[length] = text[at];
            if (text[at] == '+')
            {
                destination[length] = byte.Parse(text.Slice(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                at += 2;
            }
        }

        return true;
    }

    /// <summary>Checks a value.</summary>
    /// <param name="text">The value.</param>
    /// <param name="allowUtf8">Whether octets above 127 are allowed (RFC 6533 section 3, utf-8-addr-unitext).</param>
    public static bool IsValid(ReadOnlySpan<byte> text, bool allowUtf8)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var octet = text[i];
            if (octet == '+')
            {
                if (i + 2 >= text.Length || !Hex.Contains(text[i + 1]) || !Hex.Contains(text[i + 2]))
                {
                    return false;
                }

                i += 2;
            }
            else if (octet is < 33 or (byte)'=' or 127 || (octet > 127 && !allowUtf8))
            {
                return false;
            }
        }

        return true;
    }
}
