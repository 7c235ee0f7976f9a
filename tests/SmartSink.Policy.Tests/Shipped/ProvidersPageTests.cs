using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Testing;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Shipped;

/// <summary>policy/providers/README.md says what the catalogue has. <c>SMARTSINK_WRITE_PROVIDERS=1</c> writes it.</summary>
public sealed partial class ProvidersPageTests
{
    private const int MostDomainsNamed = 8;

    private static readonly string Page = RepositoryRoot.Combine("policy", "providers", "README.md");

    private static readonly Stage[] Stages = [Stage.Rcpt, Stage.Data, Stage.Connect, Stage.Ehlo, Stage.Mail];

    private static readonly (string Key, string Phrase)[] Words =
    [
        ("limits.connections", "* at once"),
        ("limits.messages_per_connection", "* on each"),
        ("limits.recipients_per_message", "* recipients"),
        ("limits.rate", "*"),
        ("limits.unknown", "* unknown"),
        ("limits.block.for", "blocks *"),
        ("limits.warmup", "new clients grow"),
        ("greylist.wait", "greylists *"),
        ("delay.rcpt", "delays"),
        ("habits.tls", "TLS"),
    ];

    [Fact]
    public void The_page_is_made_of_the_files()
    {
        var expected = Write();
        if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_PROVIDERS") == "1")
        {
            File.WriteAllText(Page, expected);
        }

        File.ReadAllText(Page).ShouldBe(expected, "see CONTRIBUTING.md for how to write it anew");
    }

    private static string Write()
    {
        var page = new StringBuilder();
        var providers = Catalogue.Files.Count(file => file != Catalogue.Generic);
        page.Append(CultureInfo.InvariantCulture, $"""
            # The catalogue of replies

            {Catalogue.Replies.Count} replies of {providers} providers and of common mail servers, for {Catalogue.Domains.Count} domains and patterns. A test generates this page from the files.

            - **Bounces**, **defers**, **without TLS**: how many permanent and temporary replies a provider has, and how many for clients without TLS, by the stage at which they are given.
            - **Documented**: the provider, or a page that its replies link to, states that it sends this; if only the code is given, the wording is reconstructed. If the provider has
              no text of its own, the wording is RFC 5321's, and the comment says so.
              **Observed**: seen on the wire by others. The comment above each reply says which, and where.
            - **Newest**: the latest year given in a comment for a source.
            - **Behaves**: what applies with `behaviour = "provider"` (see [docs/policy.md](../../docs/policy.md)): simultaneous connections, messages on each, recipients per
              message, recipients per time; the share of unknown recipients and how long a block lasts; whether new clients have to warm up; greylists, delays, TLS. The comment
              after each figure says whether it is published, senders' practice, or neither.

            | Provider | Domains | Bounces | Defers | Without TLS | Documented | Observed | Newest | Behaves |
            |---|---|---|---|---|---|---|---|---|

            """);
        foreach (var file in Catalogue.Files)
        {
            page.Append(Row(file)).Append('\n');
        }

        return page.ToString();
    }

    private static string Row(string file)
    {
        CatalogueReply[] replies = [.. Catalogue.Replies.Where(reply => reply.File == file)];
        var observed = replies.Count(reply => reply.Comment.StartsWith("# observed", StringComparison.Ordinal));
        var name = Catalogue.ReadLines(file)[0].TrimStart('#').Trim().Split(':')[0];
        string?[] cells =
        [
            $"[{(file == Catalogue.Generic ? "Everybody else" : name)}]({file})",
            Domains([.. Catalogue.ReadDomains(file).Keys]),
            .. Enum.GetValues<ReplyKind>().Except([ReplyKind.Throttle]).Select(kind => ByStage([.. replies.Where(reply => reply.Kind == kind)])),
            $"{replies.Length - observed}",
            $"{observed}",
            replies.SelectMany(reply => Year().Matches(Address().Replace(reply.Comment, string.Empty))).Select(match => match.Value).Max(StringComparer.Ordinal),
            Behaves(file),
        ];
        return $"| {string.Join(" | ", cells)} |".Replace("  ", " ", StringComparison.Ordinal);
    }

    private static string Behaves(string file)
    {
        var main = Catalogue.Figures.Where(figure => figure.File == file).GroupBy(figure => figure.Entry, StringComparer.Ordinal).FirstOrDefault();
        var figures = main?.ToDictionary(figure => figure.Key, figure => figure.Value.Trim('"'), StringComparer.Ordinal) ?? [];
        return string.Join(", ", Words.Where(word => figures.ContainsKey(word.Key)).Select(word => word.Phrase.Replace("*", figures[word.Key], StringComparison.Ordinal)));
    }

    private static string Domains(string[] domains) =>
        domains.Length == 0 ? "all that no file names"
        : domains.Length <= MostDomainsNamed ? string.Join(", ", domains.Select(Quoted))
        : $"{string.Join(", ", domains.Take(MostDomainsNamed - 1).Select(Quoted))} and {domains.Length - MostDomainsNamed + 1} more";

    private static string Quoted(string domain) => $"`{domain}`";

    private static string ByStage(CatalogueReply[] replies) =>
        string.Join(", ", Stages.Select(stage => (Stage: stage, Count: replies.Count(reply => reply.Stage == stage))).Where(part => part.Count > 0)
            .Select(part => $"{part.Count} {part.Stage.ToString().ToLowerInvariant()}"));

    [GeneratedRegex(@"https?://\S+", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Address();

    [GeneratedRegex(@"\b20[0-9]{2}\b", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Year();
}
