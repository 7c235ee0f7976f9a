using System.Text;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Tests.Replies;

public sealed class ReplyWriterTests
{
    private static readonly EnhancedStatusCode Full = new(5, 999, 0);

    [Theory]
    [InlineData("Ok", "550 5.999.0 Ok\r\n")]
    [InlineData("", "550 5.999.0\r\n")]
    [InlineData("a\nb\nc\rd", "550-5.999.0 a\r\n550-5.999.0 b\r\n550 5.999.0 c?d\r\n")]
    [InlineData("a\n", "550-5.999.0 a\r\n550 5.999.0\r\n")]
    [InlineData("a\tb\0c\u007Fd", "550 5.999.0 a?b?c?d\r\n")]
    [InlineData("größe", "550 5.999.0 größe\r\n")]
    public void Each_line_has_code_and_enhanced_code(string text, string expected) =>
        Write(Full, text).ShouldBe(expected);

    [Fact]
    public void A_reply_may_have_no_enhanced_code() => Write(default, "a\nb").ShouldBe("550-a\r\n550 b\r\n");

    [Fact]
    public void A_line_of_512_octets_is_whole_and_one_more_is_wrapped()
    {
        Write(default, new string('a', 506)).Length.ShouldBe(512);
        Write(default, new string('a', 507)).ShouldBe($"550-{new string('a', 506)}\r\n550 a\r\n");
    }

    [Fact]
    public void A_long_line_is_wrapped_at_a_space()
    {
        var lines = Write(Full, string.Join(' ', Enumerable.Repeat("word", 300))).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(4);
        lines.ShouldAllBe(line => line.Length <= 510 && line.EndsWith("word", StringComparison.Ordinal));
        lines[..^1].ShouldAllBe(line => line.StartsWith("550-5.999.0 word", StringComparison.Ordinal));
        lines[^1].ShouldStartWith("550 5.999.0 word");
        lines.Sum(line => line.Split("word").Length - 1).ShouldBe(300);
    }

    [Fact]
    public void A_character_is_never_cut()
    {
        foreach (var line in Write(default, "a" + string.Concat(Enumerable.Repeat("字", 600))).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            line.ShouldNotContain("\uFFFD");
            Encoding.UTF8.GetByteCount(line).ShouldBeLessThanOrEqualTo(510);
        }
    }

    [Theory]
    [InlineData(421, null, true)]
    [InlineData(421, false, false)]
    [InlineData(550, null, false)]
    [InlineData(554, true, true)]
    public void A_421_closes_unless_told_otherwise(int code, bool? closes, bool expected) =>
        new FixedReply(code, default, "x"u8, closes).Closes.ShouldBe(expected);

    [Theory]
    [InlineData(199)]
    [InlineData(600)]
    public void A_code_has_its_range(int code) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new FixedReply(code, default, "x"u8));

    private static string Write(EnhancedStatusCode enhanced, string text) =>
        Encoding.UTF8.GetString(new FixedReply(550, enhanced, Encoding.UTF8.GetBytes(text)).Bytes);
}
