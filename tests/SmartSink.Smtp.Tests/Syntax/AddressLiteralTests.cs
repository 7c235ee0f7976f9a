using System.Text;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Tests.Syntax;

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
