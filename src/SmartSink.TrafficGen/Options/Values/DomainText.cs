using SmartSink.Smtp.Syntax;

namespace SmartSink.TrafficGen.Options.Values;

/// <summary>Domains and their weights.</summary>
internal static class DomainText
{
    /// <summary>What an error says was expected of a domain.</summary>
    public const string Expected = "a domain such as example.com";

    /// <summary>What an error says was expected of a domain with a weight.</summary>
    public const string ExpectedWeighted = "a domain with or without a weight of 0 and above, such as gmail.com or gmail.com:67.4";

    /// <summary>Reads a domain: lower case, A-labels.</summary>
    public static bool TryParse(string text, out string value) => DomainName.TryNormalize(text, out value);

    /// <summary>Reads <c>NAME[:WEIGHT]</c>; the weight is 1 when there is none.</summary>
    public static bool TryParseWeighted(string text, out WeightedDomain value)
    {
        var colon = text.IndexOf(':');
        var weight = 1.0;
        var name = string.Empty;
        var good = (colon < 0 || PlainText.TryParseNumber(text.AsSpan(colon + 1), out weight))
            && DomainName.TryNormalize(colon < 0 ? text : text[..colon], out name);
        value = new WeightedDomain(name, weight);
        return good;
    }

    /// <summary>One entry for each domain, in the order of their first; the weights of one that was named again are added.</summary>
    public static IReadOnlyList<WeightedDomain> Merge(IEnumerable<WeightedDomain> domains) =>
        [.. domains.GroupBy(domain => domain.Name).Select(same => new WeightedDomain(same.Key, same.Sum(domain => domain.Weight)))];
}
