using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Tests.Client;

public sealed class DotStuffingTests
{
    private static readonly Gen<byte[]> Bodies =
        Gen.Frequency(
            (6, Gen.Elements((byte)'\r', (byte)'\n', (byte)'.')),
            (1, Gen.Elements((byte)'a', (byte)0, (byte)255))).ArrayOf();

    [Theory]
    [InlineData("", ".\r\n")]
    [InlineData("a", "a\r\n.\r\n")]
    [InlineData("a\r\n", "a\r\n.\r\n")]
    [InlineData(".", "..\r\n.\r\n")]
    [InlineData(".\r\n.\r\n", "..\r\n..\r\n.\r\n")]
    [InlineData("a\r\n..b\r\n", "a\r\n...b\r\n.\r\n")]
    [InlineData("a.\r\n", "a.\r\n.\r\n")]
    public void Dots_that_start_lines_are_doubled(string body, string wire) =>
        Encoding.ASCII.GetString(Write(Encoding.ASCII.GetBytes(body))).ShouldBe(wire);

    [Fact]
    public void Any_body_ends_where_it_ends_and_keeps_its_size() =>
        Prop.ForAll(Arb.From(Bodies), body =>
        {
            var wire = Write(body);
            var scanner = EndOfDataScanner.Start();
            var size = body.Length + (body.Length == 0 || body.AsSpan().EndsWith("\r\n"u8) ? 0 : 2);
            return scanner.Scan(wire, out var consumed) && consumed == wire.Length && scanner.Size == size;
        }).QuickCheckThrowOnFailure(10_000);

    [Fact]
    public void Any_body_comes_back_when_the_dots_are_taken_off() =>
        Prop.ForAll(Arb.From(Bodies), body => Unstuff(Write(body)).AsSpan().StartsWith(body)).QuickCheckThrowOnFailure(10_000);

    private static byte[] Write(byte[] body)
    {
        var output = new ReplyBuffer(1);
        DotStuffing.Write(body, output);
        DotStuffing.WriteEnd(body, output);
        return output.Pending.ToArray();
    }

    // As RFC 5321 section 4.5.2 tells the server.
    private static byte[] Unstuff(byte[] wire)
    {
        var body = new List<byte>();
        var lineStart = true;
        foreach (var octet in wire)
        {
            if (!lineStart || octet != '.')
            {
                body.Add(octet);
            }

            lineStart = !lineStart || octet != '.' ? octet == '\n' && body is [.., (byte)'\r', (byte)'\n'] : false;
        }

        return [.. body];
    }
}
