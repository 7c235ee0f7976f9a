using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SmartSink.Testing;
using SmartSink.Testing.Policies;
using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Tests.Reporting;

public sealed partial class ReplyTextsTests
{
    [Theory]
    [InlineData("4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", "4.7.0 [TSS04] Messages from 198.51.100.77 temporarily deferred", true)]
    [InlineData("4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", "4.7.0 [TSS09] Messages from 192.0.2.1 temporarily deferred", false)]
    [InlineData("5.7.1 (S3140)", "5.7.1 (S3150)", false)]
    [InlineData("5.1.1 <a.b@aol.com>: Recipient address rejected", "5.1.1 <cde@yahoo.com>: Recipient address rejected", true)]
    [InlineData("5.1.1 No such user a1-20020a05600c si1234567wmb.12", "5.1.1 No such user x9-3f si7wmb.1", true)]
    [InlineData("5.1.1 No such user", "5.1.2 No such user", false)]
    [InlineData("5.1.1 No such user", "No such user", false)]
    [InlineData("5.1.1 No such user", "5.1.1 No such host", false)]
    [InlineData("5.1.1 The account that you tried to reach\n5.1.1 does not exist", "5.1.1 The account that you tried to reach\n5.1.1 is disabled", false)]
    [InlineData("", "", true)]
    public void Texts_of_one_template_are_one_kind(string one, string other, bool same) =>
        (ReplyFold.Of(Encoding.UTF8.GetBytes(one)) == ReplyFold.Of(Encoding.UTF8.GetBytes(other))).ShouldBe(same);

    [Fact]
    public void What_is_far_behind_is_not_compared()
    {
        var start = string.Concat(Enumerable.Repeat("word ", 12));
        ReplyFold.Of(Encoding.ASCII.GetBytes(start + "one")).ShouldBe(ReplyFold.Of(Encoding.ASCII.GetBytes(start + "two")));
    }

    [Fact]
    public void No_reply_of_a_provider_is_of_two_kinds_whatever_is_filled_in()
    {
        var broken = from reply in Catalogue.Replies.Concat(Catalogue.Throttles)
                     where Enumerable.Range(0, 20).Select(draw => ReplyFold.Of(Fill(reply.Text, draw))).Distinct().Count() > 1
                     select $"{reply.Place}: {reply.Text}";
        broken.ShouldBeEmpty();
    }

    [Fact]
    public void The_most_frequent_text_comes_first_with_its_first_example()
    {
        var texts = new ReplyTexts();
        Parallel.For(0, 8, thread =>
        {
            for (var i = 0; i < 1000; i++)
            {
                texts.Count(0, 550, Encoding.ASCII.GetBytes($"5.1.1 No mailbox {thread}{i:D4}"));
                texts.Count(0, 451, Encoding.ASCII.GetBytes("4.7.1 Later"));
                texts.Count(0, 550, Encoding.ASCII.GetBytes("4.7.1 Later"));
                texts.Count(i % 2, 451, Encoding.ASCII.GetBytes("4.7.1 Later"));
            }
        });

        var read = texts.Read();
        read.Keys.Order().ShouldBe([0, 1]);
        read[0].Kinds.Select(kind => (kind.Code, kind.Recipients)).ShouldBe([(451, 12_000), (550, 8_000), (550, 8_000)]);
        read[0].Kinds[1].Text.ShouldBe("4.7.1 Later");
        read[0].Kinds[2].Text.ShouldStartWith("5.1.1 No mailbox ");
        read[1].Kinds.ShouldHaveSingleItem().ShouldBe(new ReplyTotal(451, "4.7.1 Later", 4_000));
        read.Values.Sum(domain => domain.Others).ShouldBe(0);
    }

    [Fact]
    public void A_server_that_never_says_the_same_takes_a_bounded_room()
    {
        var texts = new ReplyTexts();
        var words = Enumerable.Range(0, 20_000).Select(number => Letters(number)).ToList();
        words.ForEach(word => texts.Count(0, 550, Encoding.ASCII.GetBytes(word)));
        for (var domain = 1; domain <= 200; domain++)
        {
            words[..99].ForEach(word => texts.Count(domain, 550, Encoding.ASCII.GetBytes(word)));
        }

        texts.Count(0, 550, Encoding.ASCII.GetBytes(words[0]));

        var read = texts.Read();
        (read[0].Kinds.Count, read[0].Others, read[0].Kinds[0].Recipients).ShouldBe((ReplyTexts.MostOfDomain, 20_000 - ReplyTexts.MostOfDomain, 2));
        read.Values.Sum(domain => domain.Kinds.Count).ShouldBe(ReplyTexts.Most);
        read.Values.Sum(domain => domain.Others + domain.Kinds.Sum(kind => kind.Recipients)).ShouldBe(20_001 + (200 * 99));
    }

    [Fact]
    public void A_known_text_allocates_nothing()
    {
        var texts = new ReplyTexts();
        var text = "5.1.1 <someone@gmail.com> No such user here 1234 - gsmtp"u8.ToArray();
        texts.Count(0, 550, text);

        AllocatedMemory.ByCaller(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                texts.Count(0, 550, text);
            }
        }).ShouldBe(0);
    }

    private static string Letters(int number) => string.Concat(number.ToString(CultureInfo.InvariantCulture).Select(digit => (char)('a' + digit - '0')));

    /// <summary>A catalogue's text with made-up values in its placeholders; the same draw fills in the same.</summary>
    private static byte[] Fill(string text, int draw)
    {
        var random = new Random(draw);
        return Encoding.UTF8.GetBytes(PlaceholderPattern().Replace(text, match => match.Groups["name"].Value switch
        {
            "sender" or "recipient" => $"{Letters(random.Next())}@{Letters(random.Next(1000))}.example",
            "client_ip" => $"{random.Next(256)}.{random.Next(256)}.{random.Next(256)}.{random.Next(256)}",
            "host" => $"mx{random.Next(1000)}.example.com",
            "id" => $"{random.Next(10)}{random.NextInt64():x}",
            "digits" or "epoch" or "epoch_ms" => random.NextInt64().ToString(CultureInfo.InvariantCulture),
            "date" => $"Sat, 28 Nov 2026 16:{random.Next(60):D2}:{random.Next(60):D2} +0000",
            _ => "filled-in.example",
        }));
    }

    [GeneratedRegex(@"\{(?<name>[a-z_]+)[^}]*\}", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex PlaceholderPattern();
}
