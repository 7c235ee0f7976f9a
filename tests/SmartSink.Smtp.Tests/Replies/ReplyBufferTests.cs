using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Tests.Replies;

public sealed class ReplyBufferTests
{
    [Fact]
    public void It_grows_and_forgets()
    {
        var buffer = new ReplyBuffer(2);
        buffer.Write("abc"u8);
        buffer.Write((byte)'d');
        "ef"u8.CopyTo(buffer.GetSpan(2));
        buffer.Advance(2);
        buffer.Pending.SequenceEqual("abcdef"u8).ShouldBeTrue();
        buffer.PendingMemory.Span.SequenceEqual(buffer.Pending).ShouldBeTrue();
        buffer.Length.ShouldBe(6);

        buffer.Clear();
        buffer.Length.ShouldBe(0);
        buffer.Pending.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void It_is_full_at_its_mark()
    {
        var buffer = new ReplyBuffer();
        buffer.Write(new byte[ReplyBuffer.HighWaterMark - 1]);
        buffer.IsFull.ShouldBeFalse();
        buffer.Write((byte)'x');
        buffer.IsFull.ShouldBeTrue();
    }

    [Theory]
    [InlineData(5, 7, 101, "5.7.101", true)]
    [InlineData(0, 0, 0, "", false)]
    public void An_enhanced_code_is_written_with_dots(byte codeClass, ushort subject, ushort detail, string text, bool isPresent)
    {
        var code = new EnhancedStatusCode(codeClass, subject, detail);
        code.ToString().ShouldBe(text);
        code.IsPresent.ShouldBe(isPresent);
    }
}
