using SmartSink.Policy.Model;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Shipped;

public sealed class CatalogueFileTests
{
    private static readonly string[] Keys = ["code", "msg", "label", "stage", "weight", "close"];

    [Fact]
    public void A_provider_has_permanent_and_temporary_replies_all_on_its_main_domain()
    {
        foreach (var replies in Catalogue.Replies.GroupBy(reply => reply.File))
        {
            replies.ShouldContain(reply => reply.Kind == ReplyKind.Bounce, replies.Key);
            replies.ShouldContain(reply => reply.Kind == ReplyKind.Defer, replies.Key);
            replies.Select(reply => reply.Entry).Distinct().ShouldHaveSingleItem(replies.Key);
        }
    }

    [Fact]
    public void A_file_begins_by_saying_whose_replies_these_are() =>
        Catalogue.Files.Where(file => !Catalogue.ReadLines(file).Take(2).All(line => line.StartsWith("# ", StringComparison.Ordinal)))
            .ShouldBeEmpty();

    [Fact]
    public void A_file_is_plain_ASCII_without_white_space_at_line_ends() =>
        Catalogue.Files.SelectMany(Catalogue.ReadLines)
            .Where(line => line.Any(c => c is < ' ' or > '~') || line.EndsWith(' '))
            .ShouldBeEmpty();

    [Fact]
    public void Replies_spell_their_keys_in_one_order() =>
        Catalogue.Replies.Where(reply => !Keys.Take(reply.Keys.Count).SequenceEqual(reply.Keys)).Select(reply => reply.Place)
            .ShouldBeEmpty();

    [Fact]
    public void The_answers_that_are_met_most_stand_first()
    {
        foreach (var list in Catalogue.Replies.GroupBy(reply => (reply.File, reply.Kind)))
        {
            list.Select(reply => reply.Weight).ShouldBeInOrder(SortDirection.Descending, list.Key.ToString());
            list.ShouldAllBe(reply => reply.Weight > 0);
        }
    }
}
