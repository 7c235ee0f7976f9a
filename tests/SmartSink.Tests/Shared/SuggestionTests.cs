using SmartSink.Shared;

namespace SmartSink.Tests.Shared;

public sealed class SuggestionTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("port", "PORT", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("prot", "port", 1)]
    [InlineData("maxconections", "maxconnections", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Slips_between_words(string first, string second, int slips)
    {
        Suggestion.Slips(first, second).ShouldBe(slips);
        Suggestion.Slips(second, first).ShouldBe(slips);
    }

    [Theory]
    [InlineData("bonce", "bounce")]
    [InlineData("MSQ", "msg")]
    [InlineData("code", null)]
    [InlineData("", null)]
    [InlineData("domain_suffixxxxx", null)]
    public void What_was_meant(string word, string? meant) => Suggestion.Nearest(word, ["bounce", "msg", "domain_suffix"]).ShouldBe(meant);

    [Fact]
    public void A_half_sentence_for_a_message() => Suggestion.Of("bonce", ["bounce"]).ShouldBe(", did you mean \"bounce\"?");
}
