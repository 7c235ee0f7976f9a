using SmartSink.Policy.Replies;

namespace SmartSink.Policy.Tests.Replies;

public sealed class ReplyTextNormaliserTests
{
    public static TheoryData<int, string, string> Texts => new()
    {
        // Plain text goes out as written, without an enhanced code that nobody wrote.
        { 550, "no such user", "550 no such user" },
        { 550, "5.1.1 no such user", "550 5.1.1 no such user" },
        { 550, "5.1.1", "550 5.1.1" },
        { 550, "  indented", "550   indented" },
        { 550, "a\ttab", "550 a tab" },

        // Several lines: the enhanced code stands on each.
        { 451, "4.7.1 one\ntwo\r\nthree", "451-4.7.1 one\n451-4.7.1 two\n451 4.7.1 three" },
        { 451, "4.7.1 one\n4.7.1 two", "451-4.7.1 one\n451 4.7.1 two" },
        { 451, "4.7.1 one\n4.7.2 two", "451-4.7.1 one\n451 4.7.2 two" },
        { 451, "one\n4.7.2 two", "451-one\n451 4.7.2 two" },
        { 451, "one\n\nthree", "451-one\n451-\n451 three" },
        { 451, "\n\none\ntwo\n\n", "451-one\n451 two" },

        // Codes glued to lines come off, however they are joined, and never come twice.
        { 421, "421-4.7.0 one\n421,4.7.0 two", "421-4.7.0 one\n421 4.7.0 two" },
        { 421, "421 too many", "421 too many" },
        { 421, "421 421 421-too many", "421 too many" },
        { 451, "4.4.2 one\n451 two\n 451 three", "451-4.4.2 one\n451-4.4.2 two\n451 4.4.2 three" },
        { 550, "550", "550 5.1.1 Requested action not taken: mailbox unavailable" },
        { 550, "550 5.7.1", "550 5.7.1" },

        // One blank parts a code from its text; what more there is belongs to the text.
        { 550, "5.1.1  indented", "550 5.1.1  indented" },
        { 550, "5.1.1 one\n  two", "550-5.1.1 one\n550 5.1.1   two" },
        { 550, "550-5.1.1 one\n550-5.1.1  two\n550 5.1.1\t\tthree", "550-5.1.1 one\n550-5.1.1  two\n550 5.1.1  three" },
        { 550, "550  indented", "550  indented" },
        { 550, "550-one\n550-  two\n550   three", "550-one\n550-  two\n550   three" },
        { 550, "550   5.1.1 no such user", "550 5.1.1 no such user" },
        { 550, "550, no such user", "550 no such user" },
        { 550, "550-  550  5.1.1  indented", "550 5.1.1  indented" },

        // What only looks like a code stays.
        { 550, "5500 messages", "550 5500 messages" },
        { 550, "551 is another code", "550 551 is another code" },
        { 550, "550.1 is a number", "550 550.1 is a number" },
        { 550, "5.6.7.8 is listed", "550 5.6.7.8 is listed" },
        { 550, "5.7.1: is listed", "550 5.7.1: is listed" },
        { 550, "1.2.3 is a version", "550 1.2.3 is a version" },
        { 550, "5.1234.1 has four digits", "550 5.1234.1 has four digits" },
        { 550, "5..1 has none", "550 5..1 has none" },

        // The class of an enhanced code is the writer's affair.
        { 421, "5.7.32 From: is not aligned", "421 5.7.32 From: is not aligned" },

        // No text at all: the code's own.
        { 421, "", "421 4.3.2 Service not available, closing transmission channel" },
        { 554, " \r\n\t\n", "554 5.0.0 Transaction failed" },
        { 499, "", "499 4.0.0 Temporary failure" },
        { 599, "", "599 5.0.0 Permanent failure" },

        // Nothing that controls a terminal or a protocol gets through.
        { 550, "a\rb\u0000c\u007fd\u0085e", "550 a?b?c?d?e" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_becomes_lines(int code, string text, string wire) =>
        new Dialog().Wire(ReplyFactory.Create(code, text)).ShouldBe(wire);

    [Theory]
    [InlineData(421)]
    [InlineData(450)]
    [InlineData(503)]
    [InlineData(555)]
    public void Every_standard_text_has_an_enhanced_code_of_its_class(int code) =>
        ReplyTextNormaliser.Normalise(code, string.Empty)[0].EnhancedCode.ShouldStartWith($"{code / 100}.");

    [Fact]
    public void A_long_text_is_wrapped_at_spaces_and_loses_no_word()
    {
        var words = string.Join(' ', Enumerable.Range(1, 300).Select(i => $"word{i}"));

        var lines = new Dialog().Wire(ReplyFactory.Create(550, "5.7.1 " + words)).Split('\n');

        lines.Length.ShouldBeGreaterThan(4);
        lines.ShouldAllBe(line => line.Length <= 510 && line.StartsWith("550"));
        lines[..^1].ShouldAllBe(line => line.Length > 490 && line.StartsWith("550-5.7.1 word"));
        lines[^1].ShouldStartWith("550 5.7.1 ");
        string.Join(' ', lines.Select(line => line["550-5.7.1 ".Length..])).ShouldBe(words);
    }

    [Fact]
    public void A_line_of_exactly_512_octets_stays_whole()
    {
        var text = new string('x', 510 - "550 ".Length);

        new Dialog().Wire(ReplyFactory.Create(550, text)).ShouldBe("550 " + text);
        new Dialog().Wire(ReplyFactory.Create(550, text + "y")).ShouldBe($"550-{text}\n550 y");
    }

    [Fact]
    public void A_wrapped_line_never_splits_a_character()
    {
        var text = new string('x', 505) + "€uro";

        new Dialog().Wire(ReplyFactory.Create(550, text)).ShouldBe($"550-{new string('x', 505)}\n550 €uro");
    }
}
