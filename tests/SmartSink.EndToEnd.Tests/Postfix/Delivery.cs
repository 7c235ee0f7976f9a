using System.Text.RegularExpressions;

namespace SmartSink.EndToEnd.Tests.Postfix;

/// <summary>One try to deliver to one recipient, as Postfix's client of SMTP or LMTP logged it.</summary>
/// <param name="Recipient">The mailbox.</param>
/// <param name="Relay">The host it was tried at, as <c>name[address]:port</c>; on a Unix socket <c>name[path]</c>.</param>
/// <param name="Status">sent, deferred or bounced.</param>
/// <param name="Reply">Why, or the reply to the end of data.</param>
internal sealed partial record Delivery(string Recipient, string Relay, string Status, string Reply)
{
    public string Domain => Recipient[(Recipient.LastIndexOf('@') + 1)..];

    /// <summary>The address it was tried at.</summary>
    public string Address => Relay[(Relay.IndexOf('[', StringComparison.Ordinal) + 1)..Relay.LastIndexOf(']')];

    /// <summary>What the host said, without what Postfix adds before and behind.</summary>
    public string HostReply => Said().Match(Reply) is { Success: true } said ? said.Groups[1].Value : Reply;

    /// <summary>The command that the host refused, such as <c>RCPT TO</c>.</summary>
    public string Command => Said().Match(Reply).Groups[2].Value;

    public static IReadOnlyList<Delivery> ReadAll(IEnumerable<string> log) =>
        [.. log.Select(line => Line().Match(line)).Where(match => match.Success)
            .Select(match => new Delivery(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value))];

    [GeneratedRegex(@"postfix/[sl]mtp\[\d+\]: \w+: to=<([^>]*)>, relay=([^,]*), .*status=(\w+) \((.*)\)$", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Line();

    [GeneratedRegex(@"^host \S+ said: (.*) \(in reply to (.*) command\)$", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Said();
}
