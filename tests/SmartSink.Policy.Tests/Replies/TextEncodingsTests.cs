using System.Text;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Tests.Replies;

public sealed class TextEncodingsTests
{
    [Theory]
    [InlineData("utf-8", "Empfänger", "45 6D 70 66 C3 A4 6E 67 65 72")]
    [InlineData("latin1", "Empfänger", "45 6D 70 66 E4 6E 67 65 72")]
    [InlineData("latin1", "€ā", "3F 3F")]
    [InlineData("windows-1252", "€ā", "80 3F")]
    [InlineData("koi8-r", "Да", "E4 C1")]
    [InlineData("gbk", "用户€😀", "D3 C3 BB A7 80 3F")]
    [InlineData("shift_jis", "宛先ｱ¥ä", "88 B6 90 E6 B1 3F 3F")]
    public void A_reply_is_written_in_its_encoding(string word, string text, string octets)
    {
        var output = new ReplyBuffer();
        ReplyFactory.Create(550, "{helo}", encoding: EncodingOf(word)).WriteTo(output, new SessionFacts { Helo = Encoding.UTF8.GetBytes(text) });

        Convert.ToHexString(output.Pending[4..^2]).ShouldBe(octets.Replace(" ", string.Empty, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_encoding_keeps_ASCII_and_reads_back_what_it_has()
    {
        TextEncodings.Words.Count.ShouldBe(Enum.GetValues<TextEncoding>().Length);
        foreach (var encoding in Enum.GetValues<TextEncoding>().Select(TextEncodings.Of).OfType<ReplyEncoding>())
        {
            var octets = new byte[ReplyEncoding.MaxLength];
            var known = 0;
            for (var value = 1; value <= char.MaxValue; value++)
            {
                if (Rune.TryCreate(value, out var character) && encoding.Has(character))
                {
                    known++;
                    encoding.Characters.GetString(octets, 0, encoding.Write(character, octets)).ShouldBe(character.ToString());
                }
            }

            known.ShouldBeGreaterThan(200, encoding.Characters.WebName);
            for (var value = 1; value < 0x80; value++)
            {
                encoding.Write(new Rune(value), octets).ShouldBe(1);
                octets[0].ShouldBe((byte)value);
            }
        }
    }

    [Fact]
    public void Octets_are_counted_where_a_line_ends()
    {
        // 506 octets are left behind the code: 253 characters, and none is cut in two behind an odd one.
        Lengths(new string('用', 300)).ShouldBe([510, 4 + 94]);
        Lengths("x" + new string('用', 300)).ShouldBe([509, 4 + 96]);

        static int[] Lengths(string text)
        {
            var output = new ReplyBuffer();
            ReplyFactory.Create(550, text, encoding: TextEncoding.Gbk).WriteTo(output, default);
            return [.. TextEncodings.Of(TextEncoding.Gbk)!.Characters.GetString(output.Pending).TrimEnd().Split("\r\n").Select(TextEncodings.Of(TextEncoding.Gbk)!.Characters.GetByteCount)];
        }
    }

    internal static TextEncoding EncodingOf(string word) => (TextEncoding)TextEncodings.Words.ToList().IndexOf(word);
}
