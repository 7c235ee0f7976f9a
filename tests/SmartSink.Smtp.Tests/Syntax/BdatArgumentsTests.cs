using System.Text;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Tests.Syntax;

public sealed class BdatArgumentsTests
{
    [Theory]
    [InlineData("0", 0, false)]
    [InlineData("86 LAST", 86, true)]
    [InlineData("86   last", 86, true)]
    [InlineData("0086 LAST", 86, true)]
    [InlineData("000000000000000000000000000000000000001", 1, false)]
    [InlineData("9223372036854775807", long.MaxValue, false)]
    public void A_size_and_perhaps_the_last(string text, long size, bool isLast)
    {
        BdatArguments.Parse(Encoding.UTF8.GetBytes(text), out var arguments).ShouldBe(SyntaxError.None);
        arguments.ShouldBe(new BdatArguments(size, isLast));
    }

    [Theory]
    [InlineData("86 FIRST")]
    [InlineData("86 LASTLY")]
    [InlineData("86 LAST LAST")]
    [InlineData("86 8")]
    public void Another_word_leaves_the_size_known(string text)
    {
        BdatArguments.Parse(Encoding.UTF8.GetBytes(text), out var arguments).ShouldBe(SyntaxError.UnexpectedArgument);
        arguments.Size.ShouldBe(86);
    }

    [Theory]
    [InlineData("")]
    [InlineData("LAST")]
    [InlineData("-1")]
    [InlineData("-0")]
    [InlineData("+1")]
    [InlineData("1.0")]
    [InlineData("1,000")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("10LAST")]
    [InlineData("10;LAST")]
    [InlineData("\u0661")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551616")]
    [InlineData("99999999999999999999999999999999999999999")]
    public void A_size_that_cannot_be_told(string text) =>
        BdatArguments.Parse(Encoding.UTF8.GetBytes(text), out _).ShouldBe(SyntaxError.BadArgument);
}
