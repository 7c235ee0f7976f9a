using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Tests.Server;

public sealed class EndOfDataScannerTests
{
    // Mostly the octets that matter, so that ends and near-ends come up often.
    private static readonly Gen<byte[]> Bodies =
        Gen.Frequency(
            (6, Gen.Elements((byte)'\r', (byte)'\n', (byte)'.')),
            (1, Gen.Elements((byte)'a', (byte)0, (byte)255))).ArrayOf();

    [Theory]
    [InlineData(".\r\n", 3, 0)]
    [InlineData("a\r\n.\r\n", 6, 3)]
    [InlineData("\r\n.\r\nRSET\r\n", 5, 2)]
    [InlineData("..\r\n.\r\n", 7, 3)]
    [InlineData(".a\r\n.\r\n", 7, 3)]
    [InlineData("a\r\r\n.\r\n", 7, 4)]
    [InlineData("a\r\n.\r\r\n.\r\n", 10, 6)]
    [InlineData("a\r\n..\r\n.\r\n", 10, 6)]
    public void An_end_is_found(string body, int consumed, long size)
    {
        var scanner = EndOfDataScanner.Start();
        scanner.Scan(Encoding.ASCII.GetBytes(body), out var taken).ShouldBeTrue();
        (taken, scanner.Size).ShouldBe((consumed, size));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(".\r")]
    [InlineData(".\n")]
    [InlineData(".\r.\n")]
    [InlineData("a\n.\n")]
    [InlineData("a\n.\r\n")]
    [InlineData("a\r.\r\n")]
    [InlineData("a\r\n.\n")]
    [InlineData("a\r\n.\r")]
    [InlineData("a\r\n.\r\r\n")]
    [InlineData("a\r\n.\0\r\n")]
    [InlineData("a.\r\n")]
    [InlineData("a\r\n ..\r\n")]
    public void No_end_is_found(string body)
    {
        var scanner = EndOfDataScanner.Start();
        scanner.Scan(Encoding.ASCII.GetBytes(body), out var taken).ShouldBeFalse();
        taken.ShouldBe(body.Length);
    }

    [Fact]
    public void It_agrees_with_the_definition_in_every_split() =>
        Prop.ForAll(Arb.From(Bodies), Arb.From(Gen.Choose(1, 7).NonEmptyListOf()), (body, pieces) =>
        {
            var (expected, size) = NaiveScanner.Scan(body);
            var (consumed, found, counted) = Scan(body, [.. pieces]);

            // What may be part of an end is held back from the size until it is known not to be.
            var tail = found ? 0 : HeldBack(body);
            return (found ? consumed : null) == expected && counted + tail == size;
        }).QuickCheckThrowOnFailure(10_000);

    private static (int? Consumed, bool Found, long Size) Scan(byte[] body, int[] pieces)
    {
        var scanner = EndOfDataScanner.Start();
        var position = 0;
        for (var i = 0; position < body.Length; i++)
        {
            var piece = body.AsSpan(position, Math.Min(pieces[i % pieces.Length], body.Length - position));
            var found = scanner.Scan(piece, out var consumed);
            position += consumed;
            if (found)
            {
                return (position, true, scanner.Size);
            }
        }

        return (position, false, scanner.Size);
    }

    private static int HeldBack(byte[] body) =>
        ((ReadOnlySpan<byte>)(byte[])[(byte)'\r', (byte)'\n', .. body]).EndsWith("\r\n.\r"u8) ? 1 : 0;
}

/// <summary>The end of data by its definition, for comparison: the first CRLF.CRLF of CRLF + input.</summary>
internal static class NaiveScanner
{
    /// <summary>How many octets of the input the message and its end take (null without an end), and the size of the message.</summary>
    public static (int? Consumed, long Size) Scan(ReadOnlySpan<byte> input)
    {
        byte[] all = [(byte)'\r', (byte)'\n', .. input];
        var end = all.AsSpan().IndexOf("\r\n.\r\n"u8);
        var message = end < 0 ? all.AsSpan() : all.AsSpan(0, end + 2);
        var stuffed = 0;
        for (var i = 2; i < message.Length; i++)
        {
            if (message[i] == '.' && message[i - 1] == '\n' && message[i - 2] == '\r')
            {
                stuffed++;
            }
        }

        return (end < 0 ? null : end + 3, message.Length - 2 - stuffed);
    }
}
