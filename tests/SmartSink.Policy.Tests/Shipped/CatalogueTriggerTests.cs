using SmartSink.Policy.Model;
using SmartSink.Smtp.Replies;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Shipped;

/// <summary>Every provider answers each word with a reply that means it.</summary>
public sealed class CatalogueTriggerTests
{
    private const int Draws = 20;

    public static TheoryData<string, ReplyLabel> Words => new()
    {
        { "unknown", ReplyLabel.UnknownUser },
        { "full", ReplyLabel.MailboxFull },
        { "spam", ReplyLabel.Content },
        { "throttle", ReplyLabel.RateLimit },
        { "greylist", ReplyLabel.Greylist },
    };

    [Theory]
    [MemberData(nameof(Words))]
    public void Each_provider_answers_a_word_with_a_reply_of_its_own_or_of_all_others(string word, ReplyLabel label)
    {
        var replies = Catalogue.Replies.Where(reply => reply.Kind != ReplyKind.Tls && LabelOf(reply) == label).ToLookup(reply => reply.Entry, StringComparer.Ordinal);
        var dialog = new Dialog();
        foreach (var entry in Catalogue.Replies.Select(reply => reply.Entry).Distinct(StringComparer.Ordinal))
        {
            dialog.Recipient($"{word}-joe@{DomainOf(entry)}");
            var known = replies[replies.Contains(entry) ? entry : "*"].Select(reply => dialog.Wire(reply.ToReply())).ToHashSet(StringComparer.Ordinal);
            for (var i = 0; i < Draws; i++)
            {
                var reply = dialog.Ask(ShippedPolicy.Seeded).Reply.ShouldNotBeNull();
                reply.Label.ShouldBe(label, entry);
                known.ShouldContain(dialog.Wire(reply), entry);
            }
        }
    }

    private static ReplyLabel LabelOf(CatalogueReply reply) =>
        reply.Label is { } word ? Enum.GetValues<ReplyLabel>().Single(label => ReplyLabels.Words[(int)label] == word) : reply.ToReply().Label;

    private static string DomainOf(string entry) => entry switch
    {
        "*" => "any.example",
        ['*', .. var rest] => "any" + rest,
        [.. var start, '*'] => start + "fr",
        _ => entry,
    };
}
