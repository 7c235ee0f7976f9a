using System.Text;

namespace SmartSink.Smtp.Syntax;

/// <summary>The word before the path: <c>FROM:</c> or <c>TO:</c>.</summary>
internal static class PathArgument
{
    /// <summary>Takes the word off the text, and spaces behind it, which RFC 5321 section 3.3 does not allow but clients in use send.</summary>
    public static bool TryTake(ReadOnlySpan<byte> word, ref ReadOnlySpan<byte> text)
    {
        if (text.Length < word.Length || !Ascii.EqualsIgnoreCase(text[..word.Length], word))
        {
            return false;
        }

        text = text[word.Length..].TrimStart((byte)' ');
        return text is [(byte)'<', ..];
    }
}
