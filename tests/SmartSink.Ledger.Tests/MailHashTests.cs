using System.Text;
using SmartSink.Ledger.Facts;

namespace SmartSink.Ledger.Tests;

public sealed class MailHashTests
{
    private readonly MailHash _hash = new();

    [Theory]
    [InlineData("joe@gmail.com", "JOE@GMAIL.COM", true)]
    [InlineData("some.long.name@mail.example.org", "Some.Long.Name@Mail.Example.ORG", true)]
    [InlineData("joe@gmail.com", "joe@gmail.con", false)]
    [InlineData("[joe]`@gmail.com", "{joe}`@gmail.com", false)]
    [InlineData("@gmail.com", "`gmail.com", false)]
    [InlineData("jo\u00C9@gmail.com", "jo\u00E9@gmail.com", false)]
    [InlineData("", "\0", false)]
    public void Case_does_not_count_in_mailboxes(string first, string second, bool areSame)
    {
        (_hash.Of(Bytes(first)) == _hash.Of(Bytes(second))).ShouldBe(areSame);
        (_hash.Of(Bytes(first), Bytes("x@y")) == _hash.Of(Bytes(second), Bytes("x@y"))).ShouldBe(areSame);
        (_hash.Of(Bytes("x@y"), Bytes(first)) == _hash.Of(Bytes("x@y"), Bytes(second))).ShouldBe(areSame);
    }

    [Fact]
    public void Case_counts_in_ids() => _hash.OfId("a"u8).ShouldNotBe(_hash.OfId("A"u8));

    [Fact]
    public void Sender_and_recipient_are_not_the_reverse()
    {
        _hash.Of("a@x"u8, "b@x"u8).ShouldNotBe(_hash.Of("b@x"u8, "a@x"u8));
        _hash.Of("a@x"u8, "a@x"u8).ShouldNotBe(_hash.Of("b@x"u8, "b@x"u8));
    }

    [Fact]
    public void A_recipient_is_recognised_whoever_sends()
    {
        (MailHash.RecipientOf(_hash.Of("b@x"u8)) == MailHash.RecipientOf(_hash.Of("a@x"u8, "B@X"u8))).ShouldBeTrue();
        (MailHash.RecipientOf(_hash.Of("c@x"u8, "b@x"u8)) == MailHash.RecipientOf(_hash.Of(""u8, "b@x"u8))).ShouldBeTrue();
        (MailHash.RecipientOf(_hash.Of("c@x"u8)) == MailHash.RecipientOf(_hash.Of("a@x"u8, "b@x"u8))).ShouldBeFalse();
    }

    [Fact]
    public void Hashes_are_spread_and_another_process_has_others()
    {
        var hashes = Enumerable.Range(0, 100_000).Select(number => _hash.Of("sender@example.com"u8, Bytes($"user{number}@gmail.com"))).ToHashSet();

        hashes.Count.ShouldBe(100_000);
        new MailHash().Of("joe@gmail.com"u8).ShouldNotBe(_hash.Of("joe@gmail.com"u8));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
