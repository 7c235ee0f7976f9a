namespace SmartSink.Toml.Tests.Invalid;

public sealed class NumberTests
{
    [Theory]
    [InlineData("01", "leading zeros are not allowed")]
    [InlineData("+01", "leading zeros are not allowed")]
    [InlineData("-00", "leading zeros are not allowed")]
    [InlineData("0_1", "leading zeros are not allowed")]
    [InlineData("1__0", "an underscore must stand between two digits")]
    [InlineData("1_", "an underscore must stand between two digits")]
    [InlineData("+1_", "an underscore must stand between two digits")]
    [InlineData("0x_1", "an underscore must stand between two digits")]
    [InlineData("0x1_", "an underscore must stand between two digits")]
    [InlineData("0b1__0", "an underscore must stand between two digits")]
    [InlineData("0x", "a digit is missing")]
    [InlineData("0o", "a digit is missing")]
    [InlineData("0b", "a digit is missing")]
    [InlineData("0xg", "\"g\" is not allowed there")]
    [InlineData("0o8", "\"8\" is not allowed there")]
    [InlineData("0b2", "\"2\" is not allowed there")]
    [InlineData("0x-1", "\"-\" is not allowed there")]
    [InlineData("0x1.0", "\".\" is not allowed there")]
    [InlineData("+0x1", "a number with a prefix takes no sign")]
    [InlineData("-0b1", "a number with a prefix takes no sign")]
    [InlineData("0X1", "\"X\" is not allowed there")]
    [InlineData("0O1", "\"O\" is not allowed there")]
    [InlineData("0B1", "\"B\" is not allowed there")]
    [InlineData("5%", "\"%\" is not allowed there")]
    [InlineData("1a", "\"a\" is not allowed there")]
    [InlineData("1-2", "\"-\" is not allowed there")]
    public void An_integer_follows_the_rules(string text, string reason)
        => Documents.Mistakes($"a = {text} # x").ShouldBe($"1:5 \"{text}\" is not an integer: {reason}");

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("99999999999999999999999999999999999999")]
    [InlineData("0x8000000000000000")]
    [InlineData("0xFFFFFFFFFFFFFFFF")]
    [InlineData("0o1000000000000000000000")]
    [InlineData("0b1000000000000000000000000000000000000000")]
    public void An_integer_fits_into_64_bits(string text)
    {
        var digits = text.StartsWith("0b", StringComparison.Ordinal) ? text + new string('0', 24) : text;
        var shown = digits.Length > 40 ? digits[..39] + "…" : digits;
        Documents.Mistakes($"a = {digits}").ShouldBe($"1:5 \"{shown}\" does not fit into 64 bits");
    }

    [Theory]
    [InlineData("1.", "a digit is missing")]
    [InlineData("1.e5", "a digit is missing")]
    [InlineData(".5", "a digit is missing")]
    [InlineData("+.5", "a digit is missing")]
    [InlineData("-.5e1", "a digit is missing")]
    [InlineData("1e", "a digit is missing")]
    [InlineData("1e+", "a digit is missing")]
    [InlineData("1.5E-", "a digit is missing")]
    [InlineData("01.5", "leading zeros are not allowed")]
    [InlineData("-00.5", "leading zeros are not allowed")]
    [InlineData("00e1", "leading zeros are not allowed")]
    [InlineData("1_.5", "an underscore must stand between two digits")]
    [InlineData("1._5", "an underscore must stand between two digits")]
    [InlineData("1.5_", "an underscore must stand between two digits")]
    [InlineData("1.5__5", "an underscore must stand between two digits")]
    [InlineData("1e_5", "an underscore must stand between two digits")]
    [InlineData("1e5_", "an underscore must stand between two digits")]
    [InlineData("1_e5", "an underscore must stand between two digits")]
    [InlineData("1.2.3", "\".\" is not allowed there")]
    [InlineData("1e5.5", "\".\" is not allowed there")]
    [InlineData("1e5e5", "\"e\" is not allowed there")]
    [InlineData("1e++5", "\"+\" is not allowed there")]
    [InlineData("1.+5", "\"+\" is not allowed there")]
    [InlineData("192.168.0.1", "\".\" is not allowed there")]
    public void A_float_follows_the_rules(string text, string reason)
        => Documents.Mistakes($"a = {text}").ShouldBe($"1:5 \"{text}\" is not a float: {reason}");

    [Theory]
    [InlineData("yes")]
    [InlineData("True")]
    [InlineData("FALSE")]
    [InlineData("truer")]
    [InlineData("falsey")]
    [InlineData("tru")]
    [InlineData("null")]
    [InlineData("Inf")]
    [InlineData("INF")]
    [InlineData("NaN")]
    [InlineData("infinity")]
    [InlineData("+true")]
    [InlineData("++1")]
    [InlineData("+-1")]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("_1")]
    [InlineData("+_1")]
    [InlineData("yahoo.com")]
    [InlineData("@")]
    [InlineData("\\\"x\\\"")]
    [InlineData("é")]
    public void A_word_is_not_a_value(string text)
        => Documents.Mistakes($"a = {text} # x").ShouldBe($"1:5 \"{text}\" is not a value; text needs quotes");

    [Fact]
    public void A_long_word_is_cut()
        => Documents.Mistakes("a = " + new string('x', 1000)).ShouldBe($"1:5 \"{new string('x', 39)}…\" is not a value; text needs quotes");
}
