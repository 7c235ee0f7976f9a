using System.Text;
using SmartSink.Listening;

namespace SmartSink.Tests.Listening;

public class ReceiveBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(5000)]
    public void What_is_kept_stands_in_front_of_what_comes(int length)
    {
        var buffer = new ReceiveBuffer();
        buffer.Keep(Encoding.ASCII.GetBytes(new string('a', length)));
        var room = buffer.Free;
        room.Count.ShouldBeGreaterThan(0);
        room.Array![room.Offset] = (byte)'b';
        Encoding.ASCII.GetString(buffer.With(1)).ShouldBe(new string('a', length) + "b");
        buffer.Release();
        buffer.Held.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_line_that_grows_and_ends_gives_its_big_array_back()
    {
        var buffer = new ReceiveBuffer();
        var small = buffer.Free.Array;
        for (var length = 100; length <= 3000; length += 100)
        {
            buffer.Keep(Encoding.ASCII.GetBytes(new string('a', length)));
        }

        buffer.Free.Array.ShouldNotBeSameAs(small);
        buffer.Keep(buffer.Held[^40..]);
        buffer.Free.Array.ShouldBeSameAs(small);
        Encoding.ASCII.GetString(buffer.Held).ShouldBe(new string('a', 40));
    }

    [Fact]
    public void The_rest_of_what_was_received_moves_to_the_front()
    {
        var buffer = new ReceiveBuffer();
        "NOOP\r\nRSE"u8.CopyTo(buffer.Free);
        buffer.Keep(buffer.With(9)[6..]);
        Encoding.ASCII.GetString(buffer.Held).ShouldBe("RSE");
        buffer.Free.Offset.ShouldBe(3);
    }
}
