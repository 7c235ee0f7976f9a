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

    /// <summary>Takes the next parameter off the text.</summary>
    /// <returns>False at the end.</returns>
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
