using System.Text.RegularExpressions;

namespace SmartSink.EndToEnd.Tests.Postfix;

/// <summary>One try to deliver to one recipient, as Postfix's smtp client logged it.</summary>
internal sealed partial record Delivery(string Recipient, string Status, string Reply)
{
    public string Domain => Recipient[(Recipient.LastIndexOf('@') + 1)..];

    public static IReadOnlyList<Delivery> ReadAll(IEnumerable<string> log) =>
        [.. log.Select(line => Line().Match(line)).Where(match => match.Success)
            .Select(match => new Delivery(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value))];

    [GeneratedRegex(@"postfix/smtp\[\d+\]: \w+: to=<([^>]*)>, .*status=(\w+) \((.*)\)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Line();
}
