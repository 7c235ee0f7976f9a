using SmartSink.Policy.Explaining;
using SmartSink.Policy.Model;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Shipped;

/// <summary>policy/responses.toml with everything that it includes, loaded as the server loads it.</summary>
internal static class ShippedPolicy
{
    private const int Draws = 20;

    /// <summary>It, with <see cref="Catalogue.Seed"/>.</summary>
    public static readonly PolicySnapshot Seeded = PolicyFolder.Snapshot($"seed = {Catalogue.Seed}\n{File.ReadAllText(Catalogue.MainFile)}");

    /// <summary>What came of loading it.</summary>
    public static PolicyLoadResult Loaded { get; } = PolicyLoader.Load(Catalogue.MainFile);

    /// <summary>The policy itself.</summary>
    public static PolicySnapshot Snapshot => Loaded.Snapshot.ShouldNotBeNull();

    /// <summary>
    /// Checks that a domain has the replies of an entry of the catalogue, all and no other; of a kind that the entry lacks, those of any domain.
    /// </summary>
    public static void ShouldAnswerAs(string entry, string domain)
    {
        var explained = Snapshot.Explain(domain);
        ShouldAnswerAs(entry, domain, "permfail", ReplyKind.Bounce, explained.Replies.Where(reply => reply.Kind == ReplyKind.Bounce));
        ShouldAnswerAs(entry, domain, "tempfail", ReplyKind.Defer, explained.Replies.Where(reply => reply.Kind == ReplyKind.Defer));
    }

    private static void ShouldAnswerAs(string entry, string domain, string localPart, ReplyKind kind, IEnumerable<ExplainedReply> explained)
    {
        var replies = RepliesOf(entry, kind);
        explained.Select(reply => reply.Origin.Split('/')[^1].Split(',')[0])
            .ShouldBe(replies.Select(reply => $"{reply.File}({reply.Line}"), domain);

        var dialog = Dialog.With($"{localPart}@{domain}");
        var known = replies.Select(reply => dialog.Wire(reply.ToReply())).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < Draws; i++)
        {
            known.ShouldContain(dialog.Wire(Seeded), domain);
        }
    }

    private static CatalogueReply[] RepliesOf(string entry, ReplyKind kind)
    {
        CatalogueReply[] own = [.. Catalogue.Replies.Where(reply => reply.Entry == entry && reply.Kind == kind)];
        return own.Length > 0 ? own : RepliesOf("*", kind);
    }
}
