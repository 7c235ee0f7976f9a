using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Policy.Decisions;

namespace SmartSink.Policy.Tests.Decisions;

public sealed class GlobTests
{
    [Theory]
    [InlineData("*@retry.example", "a@retry.example", true)]
    [InlineData("*@retry.example", "a@RETRY.example", true)]
    [InlineData("*@retry.example", "a@xretry.example", false)]
    [InlineData("*@retry.example", "a@retry.example.com", false)]
    [InlineData("User-*@*.example", "user-7@b.c.EXAMPLE", true)]
    [InlineData("user-*@*.example", "user@b.example", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "anything@all", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a**b", "a@b", true)]
    [InlineData("postmaster", "Postmaster", true)]
    [InlineData("postmaster", "postmaster@example.com", false)]
    [InlineData("*ab*ab", "abxab@ab", true)]
    [InlineData("[a]?", "[A]?", true)]
    [InlineData("ö@x", "ö@x", true)]
    public void A_star_stands_for_any_octets(string pattern, string text, bool fits)
    {
        var at = text.LastIndexOf('@');
        var (localPart, domain) = at < 0 ? (text, string.Empty) : (text[..at], text[(at + 1)..]);

        new Glob(pattern).Fits(Encoding.UTF8.GetBytes(localPart), Encoding.UTF8.GetBytes(domain)).ShouldBe(fits);
        new Glob(pattern).Fits(Encoding.UTF8.GetBytes(text)).ShouldBe(fits);
    }

    [Fact]
    public void It_says_what_a_regular_expression_says()
    {
        var letters = Gen.Elements('a', 'B', 'b', '@', '*');
        Prop.ForAll(
            Arb.From(Gen.Two(letters.ArrayOf())),
            texts =>
            {
                var (pattern, text) = (new string(texts.Item1), new string(texts.Item2));
                var expression = "^" + Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal) + "$";
                return new Glob(pattern).Fits(Encoding.ASCII.GetBytes(text)) == Regex.IsMatch(text, expression, RegexOptions.IgnoreCase);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Theory]
    [InlineData("*@retry.example", "retry.example")]
    [InlineData("a@*.retry.example", "*.retry.example")]
    [InlineData("*@*.retry.*", null)]
    [InlineData("*@*", null)]
    [InlineData("*@*retry.example", null)]
    [InlineData("*retry.example", null)]
    [InlineData("a@", null)]
    [InlineData("\"a@b\"@c", "c")]
    public void The_domain_behind_the_at_sign_is_told_where_it_says_all(string pattern, string? domain) => Glob.DomainOf(pattern).ShouldBe(domain);
}
