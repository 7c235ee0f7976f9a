using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Smtp.Client;

namespace SmartSink.Smtp.Tests.Client;

public sealed class ReplyParserTests
{
    private static readonly Gen<string> Texts = Gen.Elements('a', ' ', '-', '2', '5', '.', '\r', 'ü').ListOf()
        .Select(letters => new string([.. letters]));

    private static readonly Gen<byte[]> Noise =
        Gen.Frequency(
            (4, Gen.Elements((byte)'2', (byte)'5', (byte)'0', (byte)'-', (byte)' ', (byte)'.')),
            (2, Gen.Elements((byte)'\r', (byte)'\n')),
            (1, Gen.Elements((byte)'a', (byte)0, (byte)255))).ArrayOf();

    [Theory]
    [InlineData("250 OK\r\n", 250, "")]
    [InlineData("250\r\n", 250, "")]
    [InlineData("250\n", 250, "")]
    [InlineData("250 2.1.5 OK\r\n", 250, "2.1.5")]
    [InlineData("550 5.7.999\r\n", 550, "5.7.999")]
    [InlineData("550 4.7.1 of another class\r\n", 550, "")]
    [InlineData("550 5.7.1000 too long\r\n", 550, "")]
    [InlineData("550 5.7 too short\r\n", 550, "")]
    [InlineData("550 55.7.1 no class\r\n", 550, "")]
    [InlineData("421-4.7.0 one\r\n421 4.7.1 two\r\n", 421, "4.7.1")]
    [InlineData("250-\r\n250 \r\n", 250, "")]
    public void A_reply_is_read(string bytes, int code, string enhanced)
    {
        var parser = new ReplyParser();
        parser.Parse(Encoding.UTF8.GetBytes(bytes), null, null, out var consumed).ShouldBe(ReplyParseStatus.Complete);
        consumed.ShouldBe(bytes.Length);
        (parser.Reply.Code, parser.Reply.Enhanced.ToString()).ShouldBe((code, enhanced));
    }

    [Theory]
    [InlineData("hello\r\n")]
    [InlineData("25\r\n")]
    [InlineData("2500 OK\r\n")]
    [InlineData("150 OK\r\n")]
    [InlineData("650 OK\r\n")]
    [InlineData(" 250 OK\r\n")]
    [InlineData("250-one\r\n251 two\r\n")]
    [InlineData("\r\n")]
    public void What_is_no_reply_is_malformed(string bytes)
    {
        var parser = new ReplyParser();
        parser.Parse(Encoding.UTF8.GetBytes(bytes), null, null, out _).ShouldBe(ReplyParseStatus.Malformed);
    }

    [Fact]
    public void A_line_and_a_reply_are_bounded()
    {
        new ReplyParser().Parse(Encoding.ASCII.GetBytes("250 " + new string('x', ReplyParser.MaxLineLength)), null, null, out _)
            .ShouldBe(ReplyParseStatus.Malformed);
        new ReplyParser().Parse(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("250-x\r\n", ReplyParser.MaxReplyLength))), null, null, out _)
            .ShouldBe(ReplyParseStatus.Malformed);
    }

    [Fact]
    public void Replies_come_out_as_they_were_written_in_every_split() =>
        Prop.ForAll(
            Arb.From(Gen.Choose(200, 599).SelectMany(code => Texts.NonEmptyListOf().Select(lines => (Code: code, Lines: lines))).NonEmptyListOf()),
            Arb.From(Gen.Choose(1, 7).NonEmptyListOf()),
            (replies, pieces) =>
            {
                var bytes = Encoding.UTF8.GetBytes(string.Concat(replies.Select(reply => Write(reply.Code, [.. reply.Lines]))));
                return Read(bytes, [.. pieces]).Codes.SequenceEqual(replies.Select(reply => reply.Code));
            }).QuickCheckThrowOnFailure(2_000);

    [Theory]
    [InlineData("550 5.1.1 No such user\r\n", "5.1.1 No such user")]
    [InlineData("550-5.1.1 No such\r\n550 5.1.1 user\r\n", "5.1.1 No such\n5.1.1 user")]
    [InlineData("451 later\n", "later")]
    [InlineData("451\r\n", "")]
    [InlineData("451-\r\n451 \r\n", "\n")]
    [InlineData("550 one\r\n250 OK\r\n", "")]
    [InlineData("550 one\r\n354 Go on\r\n", "")]
    [InlineData("550 one\r\n550 two\r\n", "two")]
    public void The_text_of_a_refusal_is_kept_in_every_split(string bytes, string text)
    {
        for (var piece = 1; piece <= bytes.Length; piece++)
        {
            var refusal = new RefusalText();
            Read(Encoding.UTF8.GetBytes(bytes), [piece], refusal).Malformed.ShouldBeFalse();
            Encoding.UTF8.GetString(refusal.Text).ShouldBe(text);
        }
    }

    [Fact]
    public void No_more_is_kept_of_a_refusal_than_its_first_part()
    {
        var refusal = new RefusalText();
        Read(Encoding.UTF8.GetBytes(Write(550, [new string('x', 300), new string('y', 300), "z"])), [7], refusal);
        Encoding.UTF8.GetString(refusal.Text).ShouldBe($"{new string('x', 300)}\n{new string('y', RefusalText.Kept - 301)}");
    }

    [Fact]
    public void What_is_read_does_not_depend_on_the_split() =>
        Prop.ForAll(Arb.From(Noise), Arb.From(Gen.Choose(1, 5).NonEmptyListOf()), (bytes, pieces) =>
        {
            var whole = Read(bytes, [Math.Max(bytes.Length, 1)]);
            var split = Read(bytes, [.. pieces]);
            return whole.Codes.SequenceEqual(split.Codes) && whole.Malformed == split.Malformed;
        }).QuickCheckThrowOnFailure(10_000);

    private static string Write(int code, string[] lines) =>
        string.Concat(lines.Select((line, index) => $"{code}{(index < lines.Length - 1 ? '-' : ' ')}{line}\r\n"));

    private static (List<int> Codes, bool Malformed) Read(byte[] bytes, int[] pieces, RefusalText? refusal = null)
    {
        var parser = new ReplyParser();
        var codes = new List<int>();
        var position = 0;
        for (var index = 0; position < bytes.Length; index++)
        {
            var end = Math.Min(position + pieces[index % pieces.Length], bytes.Length);
            while (position < end)
            {
                var status = parser.Parse(bytes.AsSpan(position, end - position), null, refusal, out var consumed);
                position += consumed;
                if (status == ReplyParseStatus.Malformed)
                {
                    return (codes, true);
                }

                if (status == ReplyParseStatus.Complete)
                {
                    codes.Add(parser.Reply.Code);
                }
            }
        }

        return (codes, false);
    }
}
