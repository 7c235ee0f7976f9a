using System.Text;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Tests.Syntax;

public sealed class MailParameterTests
{
    [Theory]
    [InlineData("120;R", true)]
    [InlineData("120;r", true)]
    [InlineData("+120;NT", true)]
    [InlineData("-120;N", true)]
    [InlineData("0;n", true)]
    [InlineData("999999999;Rt", true)]
    [InlineData("0;R", false)]
    [InlineData("000;R", false)]
    [InlineData("-1;R", false)]
    [InlineData("1000000000;N", false)]
    [InlineData("120", false)]
    [InlineData("120;", false)]
    [InlineData("120;X", false)]
    [InlineData("120;RX", false)]
    [InlineData("120;RTT", false)]
    [InlineData(";R", false)]
    [InlineData("+;R", false)]
    [InlineData("1.5;R", false)]
    [InlineData("", false)]
    public void By(string value, bool expected) => MailParameter.IsBy(Encoding.UTF8.GetBytes(value)).ShouldBe(expected);

    [Theory]
    [InlineData("1", true)]
    [InlineData("999999999", true)]
    [InlineData("0", false)]
    [InlineData("01", false)]
    [InlineData("1000000000", false)]
    [InlineData("-1", false)]
    [InlineData("", false)]
    public void HoldFor(string value, bool expected) => MailParameter.IsHoldFor(Encoding.UTF8.GetBytes(value)).ShouldBe(expected);

    [Theory]
    [InlineData("2026-01-31T23:59:59Z", true)]
    [InlineData("2026-01-31T23:59:59.25Z", true)]
    [InlineData("2026-01-31t23:59:59z", true)]
    [InlineData("2026-01-31T23:59:59+01:00", false)]
    [InlineData("2026-01-31 23:59:59Z", false)]
    [InlineData("2026-02-30T00:00:00Z", false)]
    [InlineData("2026-01-31T24:00:00Z", false)]
    [InlineData("2026-01-31", false)]
    [InlineData("2026-01-31T23:59:59.00000000000000000000000000000000Z", false)]
    [InlineData("\u0662026-01-31T23:59:59Z", false)]
    [InlineData("", false)]
    public void HoldUntil(string value, bool expected) => MailParameter.IsHoldUntil(Encoding.UTF8.GetBytes(value)).ShouldBe(expected);

    [Theory]
    [InlineData("-9", true)]
    [InlineData("0", true)]
    [InlineData("9", true)]
    [InlineData("-0", false)]
    [InlineData("+1", false)]
    [InlineData("10", false)]
    [InlineData("-10", false)]
    [InlineData("x", false)]
    [InlineData("", false)]
    public void Priority(string value, bool expected) => MailParameter.IsPriority(Encoding.UTF8.GetBytes(value)).ShouldBe(expected);

    [Theory]
    [InlineData("<>", true)]
    [InlineData("ann+40client.example", true)]
    [InlineData("<", true)]
    [InlineData("", false)]
    [InlineData("a+4", false)]
    [InlineData("a=b", false)]
    [InlineData("ü", false)]
    public void Auth(string value, bool expected) => MailParameter.IsAuth(Encoding.UTF8.GetBytes(value)).ShouldBe(expected);

    [Fact]
    public void Auth_has_a_limit()
    {
        MailParameter.IsAuth(Encoding.ASCII.GetBytes(new string('a', 500))).ShouldBeTrue();
        MailParameter.IsAuth(Encoding.ASCII.GetBytes(new string('a', 501))).ShouldBeFalse();
    }
}
