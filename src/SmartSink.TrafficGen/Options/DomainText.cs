using System.Text;
using SmartSink.Shared;
using SmartSink.Smtp.Syntax;

namespace SmartSink.TrafficGen.Options;

internal static class DomainText
{
    public const string Expected = "a domain such as example.com";
    public const string ExpectedWeighted = "a domain with an optional weight of 0 or more, such as gmail.com or gmail.com:67.4";

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

/// <summary>A file with an address a line; empty lines are passed over.</summary>
internal static class RecipientsFile
{
    // What leaves room for "To: <", ">" and a comma in a header line of 998 bytes (RFC 5322 section 2.1.1).
    private const int LongestAddress = 991;

    private const long MostBytes = 256 * RegularFile.Megabyte;

    /// <summary>Its addresses in their order, at least one.</summary>
    /// <param name="file">The path.</param>
    /// <param name="utf8">Whether local parts may hold more than ASCII.</param>
    /// <param name="suffix">What will be appended to each of them.</param>
    /// <exception cref="FormatException">A line is no address or a too long one, there is none, or the file cannot be read.</exception>
    public static IReadOnlyList<ListedRecipient> Read(string file, bool utf8, string suffix)
    {
        var recipients = new List<ListedRecipient>();
        var number = 0;
        foreach (var line in ReadText(file).Split('\n'))
        {
            number++;
            var address = line.Trim();
            if (address.Length == 0)
            {
                continue;
            }

            var at = address.LastIndexOf('@');
            if (at < 1 || !IsLocalPart(address[..at]) || !DomainName.TryNormalize(address[(at + 1)..], out var domain))
            {
                throw new FormatException($"{file}({number}): \"{address}\" is not an address");
            }

            if (!utf8 && !Ascii.IsValid(address.AsSpan(0, at)))
            {
                throw new FormatException($"{file}({number}): \"{address}\" has a non-ASCII local part, which needs {FlagNames.SmtpUtf8}");
            }

            var written = Ascii.IsValid(address.AsSpan(at + 1)) ? address[(at + 1)..] : domain;
            if (Encoding.UTF8.GetByteCount(address.AsSpan(0, at + 1)) + written.Length + suffix.Length > LongestAddress)
            {
                throw new FormatException($"{file}({number}): the address{(suffix.Length > 0 ? $" with {FlagNames.DomainSuffix}" : string.Empty)} is longer than {LongestAddress} bytes, so its header line would be too long");
            }

            recipients.Add(new ListedRecipient(address[..at], written, domain));
        }

        return recipients.Count > 0 ? recipients : throw new FormatException($"{file} contains no address");
    }

    private static string ReadText(string file)
    {
        try
        {
            return RegularFile.ReadAllText(file, MostBytes);
        }
        catch (FileException exception)
        {
            throw new FormatException($"{file}: {exception.Message}", exception);
        }
    }

    private static bool IsLocalPart(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return LocalPart.Measure(bytes) == bytes.Length && !text.Any(char.IsControl);
    }
}
