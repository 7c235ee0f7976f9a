using SmartSink.Smtp.Syntax;

namespace SmartSink.Policy.Model;

/// <summary>The name of a domain's entry in the file, normalised.</summary>
/// <param name="Domain">Lower case, A-labels, without a final dot; of a pattern only what stands behind <c>*.</c>; empty for <c>*</c>.</param>
/// <param name="IsPattern">Whether the name is <c>*.</c> and a domain.</param>
internal readonly record struct DomainKey(string Domain, bool IsPattern)
{
    public const string PatternStart = "*.";

    public static readonly DomainKey Fallback = new(string.Empty, IsPattern: false);

    public bool IsFallback => Domain.Length == 0;

    public override string ToString() => IsFallback ? "*" : IsPattern ? PatternStart + Domain : Domain;

    /// <summary>Reads <c>*</c>, a pattern, a domain in any case and with or without a final dot, an IDN, or an address literal.</summary>
    public static bool TryRead(string text, out DomainKey key)
    {
        if (text == "*")
        {
            key = Fallback;
            return true;
        }

        var isPattern = text.StartsWith(PatternStart, StringComparison.Ordinal);
        if (!isPattern && IsAddressLiteral(text))
        {
            key = new DomainKey(text.ToLowerInvariant(), IsPattern: false);
            return true;
        }

        var isName = DomainName.TryNormalize(isPattern ? text[PatternStart.Length..] : text, out string domain);
        key = isName ? new DomainKey(domain, isPattern) : default;
        return isName;
    }

    private static bool IsAddressLiteral(string text) =>
        text is ['[', _, .., ']'] && text[1..^1].All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-');
}
