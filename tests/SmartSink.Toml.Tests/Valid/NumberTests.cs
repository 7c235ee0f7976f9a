namespace SmartSink.Toml.Tests.Valid;

public sealed class NumberTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("+0", "0")]
    [InlineData("-0", "0")]
    [InlineData("42", "42")]
    [InlineData("+99", "99")]
    [InlineData("-17", "-17")]
    [InlineData("1_000", "1000")]
    [InlineData("1_2_3_4", "1234")]
    [InlineData("-5_349_221", "-5349221")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("9_2_2_3_3_7_2_0_3_6_8_5_4_7_7_5_8_0_7", "9223372036854775807")]
    [InlineData("0xDEADBEEF", "3735928559")]
    [InlineData("0xdead_beef", "3735928559")]
    [InlineData("0x00ff", "255")]
    [InlineData("0x0", "0")]
    [InlineData("0x7FFFFFFFFFFFFFFF", "9223372036854775807")]
    [InlineData("0x00000000000000000000000000000000000000001", "1")]
    [InlineData("0xe1", "225")]
    [InlineData("0o755", "493")]
    [InlineData("0o0_7", "7")]
    [InlineData("0o777777777777777777777", "9223372036854775807")]
    [InlineData("0b1101_0110", "214")]
    [InlineData("0b111111111111111111111111111111111111111111111111111111111111111", "9223372036854775807")]
    public void An_integer_is_read(string text, string meaning)
        => Documents.Meaning($"a = {text}").ShouldBe($"{{a: {meaning}}}");

    [Theory]
    [InlineData("1.0", "1f")]
    [InlineData("+1.0", "1f")]
    [InlineData("-0.01", "-0.01f")]
    [InlineData("3.1415", "3.1415f")]
    [InlineData("0.0", "0f")]
    [InlineData("-0.0", "-0f")]
    [InlineData("5e+22", "5E+22f")]
    [InlineData("1e06", "1000000f")]
    [InlineData("1E6", "1000000f")]
    [InlineData("0e0", "0f")]
    [InlineData("1e0_1", "10f")]
    [InlineData("-2E-2", "-0.02f")]
    [InlineData("6.626e-34", "6.626E-34f")]
    [InlineData("224_617.445_991_228", "224617.445991228f")]
    [InlineData("0.00_1", "0.001f")]
    [InlineData("inf", "Infinityf")]
    [InlineData("+inf", "Infinityf")]
    [InlineData("-inf", "-Infinityf")]
    [InlineData("nan", "NaNf")]
    [InlineData("+nan", "NaNf")]
    [InlineData("-nan", "NaNf")]
    [InlineData("1e400", "Infinityf")]
    [InlineData("-1e400", "-Infinityf")]
    [InlineData("1e-400", "0f")]
    [InlineData("1e99999999999999999999", "Infinityf")]
    [InlineData("4.9406564584124654e-324", "5E-324f")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157E+308f")]
    [InlineData("0.1000000000000000055511151231257827021181583404541015625", "0.1f")]
    public void A_float_is_the_nearest_binary64(string text, string meaning)
        => Documents.Meaning($"a = {text}").ShouldBe($"{{a: {meaning}}}");

    [Fact]
    public void A_float_may_have_more_digits_than_anybody_needs()
        => Documents.Meaning($"a = 1.{new string('0', 100_000)}1").ShouldBe("{a: 1f}");

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public void A_boolean_is_read(string text) => Documents.Meaning($"a = {text}").ShouldBe($"{{a: {text}}}");
}
