using SmartSink.Policy.Model;

namespace SmartSink.Policy.Tests.Shipped;

public sealed class CatalogueFileTests
{
    private static readonly string[] Keys = ["code", "msg", "stage", "weight", "close"];

    [Fact]
    public void It_holds_every_reply_that_was_collected()
    {
        Catalogue.Files.Count.ShouldBe(42);
        Catalogue.Replies.Count.ShouldBe(448);
    }

    [Theory]
    [InlineData("att.toml", 7, 2)]
    [InlineData("barracuda.toml", 3, 5)]
    [InlineData("cisco.toml", 2, 0)]
    [InlineData("comcast.toml", 9, 9)]
    [InlineData("cox.toml", 7, 7)]
    [InlineData("daum.toml", 1, 0)]
    [InlineData("docomo.toml", 2, 0)]
    [InlineData("exchange-online.toml", 17, 7)]
    [InlineData("free.toml", 5, 2)]
    [InlineData("generic.toml", 9, 9, 1)]
    [InlineData("gmail.toml", 34, 34, 4)]
    [InlineData("gmx.toml", 5, 5)]
    [InlineData("godaddy.toml", 11, 4)]
    [InlineData("i-ua.toml", 1, 0)]
    [InlineData("icloud.toml", 15, 7)]
    [InlineData("kddi.toml", 1, 0)]
    [InlineData("laposte.toml", 9, 2)]
    [InlineData("mail-ru.toml", 3, 0)]
    [InlineData("mimecast.toml", 11, 7, 1)]
    [InlineData("naver.toml", 0, 2)]
    [InlineData("netease.toml", 4, 11)]
    [InlineData("nic-ru.toml", 0, 2)]
    [InlineData("orange.toml", 9, 5)]
    [InlineData("outlook.toml", 18, 16)]
    [InlineData("proofpoint.toml", 5, 1)]
    [InlineData("proton.toml", 2, 0)]
    [InlineData("qq.toml", 16, 0)]
    [InlineData("rackspace.toml", 3, 6)]
    [InlineData("rambler.toml", 2, 1)]
    [InlineData("sfr.toml", 0, 5)]
    [InlineData("sina.toml", 3, 1)]
    [InlineData("spectrum.toml", 9, 4)]
    [InlineData("symantec-cloud.toml", 2, 2)]
    [InlineData("t-online.toml", 5, 0)]
    [InlineData("titan.toml", 2, 2)]
    [InlineData("trendmicro.toml", 2, 0)]
    [InlineData("web-de.toml", 5, 0)]
    [InlineData("yahoo.toml", 17, 14)]
    [InlineData("yahoo-japan.toml", 1, 0)]
    [InlineData("yandex.toml", 4, 3)]
    [InlineData("zerospam.toml", 0, 1)]
    [InlineData("zoho.toml", 4, 1)]
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
