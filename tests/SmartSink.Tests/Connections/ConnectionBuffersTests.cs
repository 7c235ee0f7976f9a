using System.Text;
using SmartSink.Connections;

namespace SmartSink.Tests.Connections;

public class ConnectionBuffersTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(128)]
    [InlineData(5000)]
    public void What_is_kept_is_held_until_it_is_released(int length)
    {
        var line = default(UnfinishedLine);
        line.Keep(Encoding.ASCII.GetBytes(new string('a', length)));
        Text(line).ShouldBe(new string('a', length));
        line.Release();
        line.Bytes.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_line_grows_and_shrinks()
    {
        var line = default(UnfinishedLine);
        for (var length = 100; length <= 3000; length += 100)
        {
            line.Keep(Encoding.ASCII.GetBytes(new string('a', length)));
            line.Bytes.Length.ShouldBe(length);
        }

        line.Keep("RSE"u8);
        Text(line).ShouldBe("RSE");
    }

    [Fact]
    public void What_is_left_of_it_moves_to_the_front()
    {
        var line = default(UnfinishedLine);
        line.Keep("NOOP\r\nRSE"u8);
        line.Keep(line.Bytes[6..]);
        Text(line).ShouldBe("RSE");
        line.Keep(line.Bytes[3..]);
        line.Bytes.IsEmpty.ShouldBeTrue();
    }

    private static string Text(UnfinishedLine line) => Encoding.ASCII.GetString(line.Bytes);
}
