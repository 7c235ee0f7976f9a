using SmartSink.Policy.Model;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Shipped;

public sealed class CatalogueFileTests
{
    private static readonly string[] Keys = ["code", "msg", "label", "stage", "weight", "close"];

    [Fact]
    public void It_holds_every_reply_that_was_collected()
    {
        Catalogue.Files.Count.ShouldBe(42);
        Catalogue.Replies.Count.ShouldBe(539);
    }

    [Theory]
    [InlineData("att.toml", 7, 2)]
    [InlineData("barracuda.toml", 5, 5)]
    [InlineData("cisco.toml", 3, 3)]
    [InlineData("comcast.toml", 10, 10)]
    [InlineData("cox.toml", 7, 7)]
    [InlineData("daum.toml", 4, 2)]
    [InlineData("docomo.toml", 5, 2)]
    [InlineData("exchange-online.toml", 17, 9)]
    [InlineData("free.toml", 7, 3)]
    [InlineData("generic.toml", 9, 9, 1)]
    [InlineData("gmail.toml", 38, 34, 4)]
    [InlineData("gmx.toml", 5, 5)]
    [InlineData("godaddy.toml", 11, 4)]
    [InlineData("i-ua.toml", 5, 1)]
    [InlineData("icloud.toml", 19, 7)]
    [InlineData("kddi.toml", 3, 2)]
    [InlineData("laposte.toml", 10, 2)]
    [InlineData("mail-ru.toml", 5, 1)]
    [InlineData("mimecast.toml", 13, 7, 1)]
    [InlineData("naver.toml", 2, 2)]
    [InlineData("netease.toml", 5, 11)]
    [InlineData("nic-ru.toml", 1, 2)]
    [InlineData("orange.toml", 11, 6)]
    [InlineData("outlook.toml", 13, 17)]
    [InlineData("proofpoint.toml", 6, 1)]
    [InlineData("proton.toml", 2, 2)]
    [InlineData("qq.toml", 17, 1)]
    [InlineData("rackspace.toml", 3, 6)]
    [InlineData("rambler.toml", 2, 1)]
    [InlineData("sfr.toml", 2, 5)]
    [InlineData("sina.toml", 9, 5)]
    [InlineData("spectrum.toml", 11, 4)]
    [InlineData("symantec-cloud.toml", 2, 2)]
    [InlineData("t-online.toml", 6, 1)]
    [InlineData("titan.toml", 2, 2)]
    [InlineData("trendmicro.toml", 2, 1)]
    [InlineData("web-de.toml", 8, 5)]
    [InlineData("yahoo.toml", 19, 14)]
    [InlineData("yahoo-japan.toml", 3, 2)]
    [InlineData("yandex.toml", 4, 4)]
    [InlineData("zerospam.toml", 1, 1)]
    [InlineData("zoho.toml", 6, 3)]
    public void A_file_has_the_replies_of_its_provider_and_no_other(string file, int bounces, int defers, int withoutTls = 0)
    {
        var replies = Catalogue.Replies.Where(reply => reply.File == file).ToArray();

        replies.Count(reply => reply.Kind == ReplyKind.Bounce).ShouldBe(bounces);
        replies.Count(reply => reply.Kind == ReplyKind.Defer).ShouldBe(defers);
        replies.Count(reply => reply.Kind == ReplyKind.Tls).ShouldBe(withoutTls);
        replies.Select(reply => reply.Entry).Distinct().ShouldHaveSingleItem();
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
