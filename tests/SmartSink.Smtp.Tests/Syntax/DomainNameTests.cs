using System.Text;
using SmartSink.Smtp.Syntax;
using SmartSink.Testing;

namespace SmartSink.Smtp.Tests.Syntax;

public sealed class DomainNameTests
{
    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("EXAMPLE.Com", "example.com")]
    [InlineData("example.com.", "example.com")]
    [InlineData("localhost", "localhost")]
    [InlineData("3com.example", "3com.example")]
    [InlineData("a-b.c--d.example", "a-b.c--d.example")]
    [InlineData("foo_bar.example", "foo_bar.example")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("BÜCHER.Example", "xn--bcher-kva.example")]
    [InlineData("XN--BCHER-KVA.example", "xn--bcher-kva.example")]
    [InlineData("例え.テスト", "xn--r8jz45g.xn--zckzah")]
    [InlineData("почта.рф", "xn--80a1acny.xn--p1ai")]
    [InlineData("bücher.example.", "xn--bcher-kva.example")]
    [InlineData("bücher.example。", "xn--bcher-kva.example")]
    [InlineData("_bücher.foo_bar.a-b.c--d.example", "xn--_bcher-4ya.foo_bar.a-b.c--d.example")]
    public void A_name_has_one_normal_form(string name, string expected)
    {
        DomainName.TryNormalize(name, out var normalized).ShouldBeTrue();
        normalized.ShouldBe(expected);

        Span<byte> bytes = stackalloc byte[DomainName.MaxLength];
        DomainName.TryNormalize(Encoding.UTF8.GetBytes(name), bytes, out var written).ShouldBeTrue();
        Encoding.UTF8.GetString(bytes[..written]).ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(".example")]
    [InlineData("a..b")]
    [InlineData("example..")]
    [InlineData("-a.example")]
    [InlineData("a-.example")]
    [InlineData("a b.example")]
    [InlineData("a\tb")]
    [InlineData("a@b")]
    [InlineData("*.example")]
    [InlineData("[192.0.2.1]")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg.example")]
    [InlineData("bü cher.example")]
    [InlineData("50％.example")]
    [InlineData("ü..example")]
    [InlineData("-ü.example")]
    [InlineData("ü.example..")]
    [InlineData("ü.example.。")]
    public void What_is_no_name_is_refused(string name)
    {
        DomainName.TryNormalize(name, out var normalized).ShouldBeFalse();
        normalized.ShouldBeEmpty();
    }

    [Fact]
    public void A_name_has_at_most_255_octets()
    {
        var longest = string.Join('.', Enumerable.Repeat(new string('a', 63), 4));
        longest.Length.ShouldBe(255);
        DomainName.TryNormalize(longest, out _).ShouldBeTrue();
        DomainName.TryNormalize("b." + longest, out _).ShouldBeFalse();
    }

    // 60 letters are 180 octets of UTF-8, and their label has 63 in ASCII.
    [Fact]
    public void A_name_may_be_longer_in_UTF_8_than_in_ASCII()
    {
        var name = string.Join('.', Enumerable.Repeat(new string('ก', 57), 3));
        Encoding.UTF8.GetByteCount(name).ShouldBeGreaterThan(DomainName.MaxLength);
        DomainName.TryNormalize(name, out var normalized).ShouldBeTrue();
        normalized.Split('.').ShouldAllBe(label => label.Length <= 63 && label.StartsWith("xn--", StringComparison.Ordinal));
    }

    [Fact]
    public void Octets_that_are_not_UTF_8_are_refused() =>
        DomainName.TryNormalize([0x61, 0xFF, 0x2E, 0x62], new byte[DomainName.MaxLength], out _).ShouldBeFalse();

    [Fact]
    public void A_result_that_does_not_fit_is_refused() =>
        DomainName.TryNormalize("example.com"u8, new byte[4], out _).ShouldBeFalse();

    [Theory]
    [InlineData("Example.COM")]
    [InlineData("BÜCHER。ﬁrma.xn--bcher-kva.example")]
    public void A_name_costs_no_memory(string name)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        var bytes = new byte[DomainName.MaxLength];
        DomainName.TryNormalize(utf8, bytes, out _).ShouldBeTrue();
        AllocatedMemory.ByCaller(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                DomainName.TryNormalize(utf8, bytes, out _);
            }
        }).ShouldBe(0);
    }
}

public sealed class AddressLiteralTests
{
    [Theory]
    [InlineData("[192.0.2.1]")]
    [InlineData("[0.0.0.0]")]
    [InlineData("[192.000.002.001]")]
    [InlineData("[IPv6:::]")]
    [InlineData("[IPV6:2001:DB8:0:0:0:0:0:1]")]
    [InlineData("[IPv6:2001:db8::192.0.2.1]")]
    [InlineData("[x400:c=us;a=!\"#$%]")]
    [InlineData("[1-a:b:c]")]
    public void A_literal(string literal) => IsValid(literal).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("192.0.2.1")]
    [InlineData("[192.0.2.1")]
    [InlineData("[]")]
    [InlineData("[192.0.2.]")]
    [InlineData("[.0.2.1]")]
    [InlineData("[192.0..1]")]
    [InlineData("[192.0.2.256]")]
    [InlineData("[192.0.2.0001]")]
    [InlineData("[IPv6:]")]
    [InlineData("[IPv6:1]")]
    [InlineData("[IPv6:1:2:3:4:5:6:7]")]
    [InlineData("[IPv6:1:2:3:4:5:6:7:8:9]")]
    [InlineData("[IPv6:1::2::3]")]
    [InlineData("[IPv6:::1/64]")]
    [InlineData("[IPv6:[::1]]")]
    [InlineData("[IPv6:::ffff:192.0.2.256]")]
    [InlineData("[:a]")]
    [InlineData("[a_b:c]")]
    [InlineData("[a:b c]")]
    public void No_literal(string literal) => IsValid(literal).ShouldBeFalse();

    private static bool IsValid(string literal) => AddressLiteral.IsValid(Encoding.ASCII.GetBytes(literal));
}
