using System.Text;
using FsCheck.Fluent;
using SmartSink.Smtp.Idna;

namespace SmartSink.Smtp.Tests.Idna;

public sealed class PunycodeTests
{
    // RFC 3492 section 7.1, (A) to (S) without those in upper case.
    [Theory]
    [InlineData("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn")]
    [InlineData("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye")]
    [InlineData("למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b")]
    [InlineData("यहलोगहिन्दीक्योंनहींबोलसकतेहैं", "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd")]
    [InlineData("なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa")]
    [InlineData("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l")]
    [InlineData("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b")]
    [InlineData("パフィーdeルンバ", "de-jg4avhby1noc0d")]
    [InlineData("-> $1.00 <-", "-> $1.00 <--")]
    public void The_samples_of_the_RFC(string label, string encoded)
    {
        Encode(CodePoints(label)).ShouldBe(encoded);
        Decode(encoded).ShouldBe(CodePoints(label));
    }

    [Theory]
    [InlineData("9")]
    [InlineData("99999999")]
    [InlineData("bcher-kv")]
    [InlineData("bcher-kva!")]
    [InlineData("bcher-KVA")]
    [InlineData("ü-kva")]
    [InlineData("bcherü")]
    public void What_is_not_Punycode_is_refused(string encoded) => Decode(encoded).ShouldBeNull();

    [Fact]
    public void Every_label_comes_back() =>
        Prop.ForAll(Arb.From(Gen.OneOf(Gen.Choose('a', 'z'), Gen.Choose(0x80, 0xD7FF), Gen.Choose(0xE000, 0x10FFFF)).ArrayOf()), label =>
        {
            Array.Resize(ref label, Math.Min(label.Length, 63));
            Decode(Encode(label)!)!.ShouldBe(label);
        }).QuickCheckThrowOnFailure(1_000);

    [Fact]
    public void Any_text_is_decoded_or_refused() =>
        Prop.ForAll(Arb.From(Gen.Elements("az019-kvéb".Select(c => (int)c).ToArray()).ArrayOf()), encoded =>
        {
            var label = Decode(string.Concat(encoded.Select(char.ConvertFromUtf32)));
            label?.ShouldAllBe(codePoint => codePoint >= 0 && codePoint <= 0x10FFFF);
        }).QuickCheckThrowOnFailure(2_000);

    [Fact]
    public void A_result_that_does_not_fit_is_refused()
    {
        Punycode.TryEncode(CodePoints("bücher"), new byte[8], out _).ShouldBeFalse();
        Punycode.TryEncode(CodePoints("bücher"), new byte[9], out _).ShouldBeTrue();
        Punycode.TryDecode(CodePoints("bcher-kva"), new int[5], out _).ShouldBeFalse();
        Punycode.TryDecode(CodePoints("bcher-kva"), new int[6], out _).ShouldBeTrue();
    }

    private static int[] CodePoints(string text) => [.. text.EnumerateRunes().Select(rune => rune.Value)];

    private static string? Encode(int[] label)
    {
        var room = new byte[1024];
        return Punycode.TryEncode(label, room, out var written) ? Encoding.ASCII.GetString(room, 0, written) : null;
    }

    private static int[]? Decode(string encoded)
    {
        var room = new int[1024];
        return Punycode.TryDecode(CodePoints(encoded), room, out var written) ? room[..written] : null;
    }
}
