using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Smtp.Idna;

namespace SmartSink.Smtp.Tests.Idna;

public sealed class InternationalDomainTests
{
    // Letters, digits, marks, joiners, separators and what is mapped, of several scripts and both directions.
    private static readonly string[] Pieces =
    [
        "a", "Z", "7", "-", ".", "_", "。", "ü", "u\u0308", "ß", "ẞ", "ﬁ", "Ａ", "İ", "ı", "ς", "Σ", "д", "Ж", "א", "ב\u05B8", "ا", "ب", "٢", "۲", "\u064B", "क", "\u094D",
        "\u200C", "\u200D", "\u00AD", "한", "\u1112\u1161\u11AB", "例", "え", "が", "か\u3099", "😀", "\u0301", "xn--", "xn--bcher-kva", "xn--4db",
    ];

    private static Gen<string> Names => Gen.Elements(Pieces).NonEmptyListOf().Select(string.Concat);

    [Theory]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("bu\u0308cher.example", "xn--bcher-kva.example")]
    [InlineData("BU\u0308CHER.example", "xn--bcher-kva.example")]
    [InlineData("b\u00ADücher.example", "xn--bcher-kva.example")]
    [InlineData("bücher.XN--BCHER-KVA", "xn--bcher-kva.xn--bcher-kva")]
    [InlineData("faß.de", "xn--fa-hia.de")]
    [InlineData("FAẞ.de", "xn--fa-hia.de")]
    [InlineData("βόλος.gr", "xn--nxasmm1c.gr")]
    [InlineData("ΒΌΛΟΣ.gr", "xn--nxasmq6b.gr")]
    [InlineData("ılgaz.tr", "xn--lgaz-kza.tr")]
    [InlineData("İZMİR.tr", "xn--izmir-7fdd.tr")]
    [InlineData("ｅｘａｍｐｌｅ．ｃｏｍ", "example.com")]
    [InlineData("例え。テスト", "xn--r8jz45g.xn--zckzah")]
    [InlineData("か\u3099.jp", "xn--v8j.jp")]
    [InlineData("\u1112\u1161\u11AB.kr", "xn--6q8b.kr")]
    [InlineData("việtnam.vn", "xn--vitnam-jk8b.vn")]
    [InlineData("vie\u0302\u0323tnam.vn", "xn--vitnam-jk8b.vn")]
    [InlineData("vie\u0323\u0302tnam.vn", "xn--vitnam-jk8b.vn")]
    [InlineData("مثال٢.example", "xn--mgbh0fb2m.example")]
    [InlineData("قطاع2026.example", "xn--2026-z5f9gpa3e.example")]
    [InlineData("שָׁלוֹם.example", "xn--gdbcx4f8ai2f.example")]
    [InlineData("हिन्दी.भारत", "xn--j2bd4cyah0f.xn--h2brj9c")]
    [InlineData("क्\u200Dष.example", "xn--11b2ezcw70k.example")]
    [InlineData("نامه\u200Cای.com", "xn--mgba3gch31f060k.com")]
    [InlineData("☃.example", "xn--n3h.example")]
    [InlineData("i❤.ws", "xn--i-7iq.ws")]
    [InlineData("😀.example", "xn--e28h.example")]
    [InlineData("❤\uFE0F.example", "xn--qei.example")]
    public void A_name_of_any_script_has_one_form(string name, string expected)
    {
        ToAscii(name).ShouldBe(expected);
        ToAscii(expected).ShouldBe(expected);
    }

    [Theory]
    [InlineData("ab\u200Dc.example")] // a joiner with no virama before it
    [InlineData("ab\u200Cc.example")] // a non-joiner between letters that do not join
    [InlineData("\u0308bücher.example")] // a combining mark at the start
    [InlineData("ü-.example")]
    [InlineData("-ü.example")]
    [InlineData("ab--ü.example")] // hyphens where an encoding would have them
    [InlineData("٢مثال.example")] // a right-to-left label that begins with a digit
    [InlineData("مثالa.example")] // both directions in one label
    [InlineData("م٢2.example")] // both kinds of digits in one label
    [InlineData("1a.אב.example")] // a bidi domain of which another label begins with a digit
    [InlineData("xn--bücher.example")]
    [InlineData("ü.xn--.example")]
    [InlineData("ü.xn--abc-.example")] // an A-label of ASCII alone
    [InlineData("ü.xn--bucher-xyd.example")] // an A-label of decomposed text
    [InlineData("ü.xn--a-ecp.ru")]
    [InlineData("ü.xn--zzzzzzzz.example")]
    [InlineData("ü\u0000.example")]
    [InlineData("ü\uE000.example")] // private use
    [InlineData("ü\u0378.example")] // not assigned
    [InlineData("\u00AD")]
    [InlineData("ü.\u00AD.example")] // a label of nothing but what is ignored
    public void What_is_no_name_is_refused(string name) => ToAscii(name).ShouldBeNull();

    [Fact]
    public void A_label_has_at_most_63_octets_and_a_name_253()
    {
        var label = "ü" + new string('a', 55);
        ToAscii(label)!.Length.ShouldBe(63);
        ToAscii(label + "a").ShouldBeNull();

        var longest = string.Join('.', label, label, label, new string('a', 61));
        ToAscii(longest)!.Length.ShouldBe(253);
        ToAscii(longest + ".").ShouldBe(ToAscii(longest));
        ToAscii(longest + "a").ShouldBeNull();
    }

    [Fact]
    public void A_name_of_any_length_is_taken_or_refused()
    {
        ToAscii(new string('ü', 100_000)).ShouldBeNull();
        ToAscii("u" + new string('\u0308', 100_000)).ShouldBeNull();
        ToAscii(new string('\u00AD', 100_000) + "ü").ShouldBe("xn--tda");
        ToAscii(string.Concat(Enumerable.Repeat("ﷺ", 1_000))).ShouldBeNull();
    }

    [Fact]
    public void Octets_that_are_not_UTF_8_are_refused() =>
        InternationalDomain.TryToAscii([0xC3, 0xBC, 0xFF], new byte[253], out _).ShouldBeFalse();

    [Fact]
    public void A_result_that_does_not_fit_is_refused()
    {
        var name = "bücher.example"u8;
        for (var room = 0; room < "xn--bcher-kva.example".Length; room++)
        {
            InternationalDomain.TryToAscii(name, new byte[room], out var written).ShouldBeFalse();
            written.ShouldBe(0);
        }
    }

    [Fact]
    public void The_form_of_a_form_is_the_form() =>
        Prop.ForAll(Arb.From(Names), name =>
        {
            if (ToAscii(name) is { } ascii)
            {
                ToAscii(ascii).ShouldBe(ascii);
            }
        }).QuickCheckThrowOnFailure(2_000);

    [Fact]
    public void A_labels_become_U_labels_and_A_labels_again() =>
        Prop.ForAll(Arb.From(Names), name =>
        {
            if (ToAscii(name) is { } ascii)
            {
                ToAscii(string.Join('.', ascii.Split('.').Select(ToUnicode))).ShouldBe(ascii);
            }
        }).QuickCheckThrowOnFailure(2_000);

    [Fact]
    public void Case_and_width_do_not_matter() =>
        Prop.ForAll(Arb.From(Gen.Elements("bücher", "Élan", "дом", "naïve", "x1").NonEmptyListOf().Select(labels => string.Join('.', labels))), name =>
        {
            ToAscii(name.ToUpperInvariant()).ShouldBe(ToAscii(name));
            ToAscii(string.Concat(name.Select(c => c is >= '!' and <= '~' ? (char)(c + 0xFEE0) : c))).ShouldBe(ToAscii(name));
        }).QuickCheckThrowOnFailure(500);

    private static string ToUnicode(string label)
    {
        var room = new int[63];
        return label.StartsWith("xn--", StringComparison.Ordinal) && Punycode.TryDecode([.. label[4..].Select(c => (int)c)], room, out var length)
            ? string.Concat(room[..length].Select(char.ConvertFromUtf32))
            : label;
    }

    private static string? ToAscii(string name)
    {
        Span<byte> room = stackalloc byte[253];
        return InternationalDomain.TryToAscii(Encoding.UTF8.GetBytes(name), room, out var written) ? Encoding.ASCII.GetString(room[..written]) : null;
    }
}
