using SmartSink.Policy.Matching;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Policy.Documents;

/// <summary>Reads the names that entries carry in the file.</summary>
internal static class DomainKeyReader
{
    /// <summary>Reads <c>*</c>, a pattern, a domain in any case and with or without a final dot, an IDN, or an address literal.</summary>
    public static bool TryRead(string text, out DomainKey key)
    {
        if (text == "*")
        {
            key = DomainKey.Fallback;
            return true;
        }

        var isPattern = text.StartsWith(DomainKey.PatternStart, StringComparison.Ordinal);
        if (!isPattern && IsAddressLiteral(text))
        {
            key = new DomainKey(text.ToLowerInvariant(), IsPattern: false);
            return true;
        }

        var isName = DomainName.TryNormalize(isPattern ? text[DomainKey.PatternStart.Length..] : text, out string domain);
        key = isName ? new DomainKey(domain, isPattern) : default;
        return isName;
    }

    private static bool IsAddressLiteral(string text) =>
        text is ['[', _, .., ']'] && text[1..^1].All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-');
}
