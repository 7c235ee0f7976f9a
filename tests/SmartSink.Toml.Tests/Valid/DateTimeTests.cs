namespace SmartSink.Toml.Tests.Valid;

public sealed class DateTimeTests
{
    [Theory]
    [InlineData("1979-05-27T07:32:00Z", "1979-05-27T07:32:00+00:00")]
    [InlineData("1979-05-27t07:32:00z", "1979-05-27T07:32:00+00:00")]
    [InlineData("1979-05-27 07:32:00Z", "1979-05-27T07:32:00+00:00")]
    [InlineData("1979-05-27T00:32:00-07:00", "1979-05-27T00:32:00-07:00")]
    [InlineData("1979-05-27T00:32:00.5+05:30", "1979-05-27T00:32:00.5+05:30")]
    [InlineData("1979-05-27T00:32:00-00:00", "1979-05-27T00:32:00+00:00")]
    [InlineData("1979-05-27T00:32:00.1234567Z", "1979-05-27T00:32:00.1234567+00:00")]
    [InlineData("1979-05-27T00:32:00.99999999999999999999Z", "1979-05-27T00:32:00.9999999+00:00")]
    [InlineData("1979-05-27T00:32:00+14:00", "1979-05-27T00:32:00+14:00")]
    [InlineData("1979-05-27T00:32:00+14:01", "1979-05-26T10:31:00+00:00")]
    [InlineData("1979-05-27T00:32:00-23:59", "1979-05-28T00:31:00+00:00")]
    [InlineData("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.9999999+00:00")]
    [InlineData("2017-01-01T05:29:60.25+05:30", "2017-01-01T05:29:59.9999999+05:30")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00")]
    [InlineData("9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00")]
    [InlineData("2000-02-29T00:00:00Z", "2000-02-29T00:00:00+00:00")]
    public void A_moment_keeps_its_offset(string text, string meaning)
        => Documents.Meaning($"a = {text}").ShouldBe($"{{a: @{meaning}}}");

    [Theory]
    [InlineData("1979-05-27T07:32:00", "1979-05-27T07:32:00")]
    [InlineData("1979-05-27 07:32:00", "1979-05-27T07:32:00")]
    [InlineData("1979-05-27t07:32:00.500", "1979-05-27T07:32:00.5")]
    [InlineData("1979-05-27T00:32:00.00000019", "1979-05-27T00:32:00.0000001")]
    [InlineData("2016-12-31T23:59:60", "2016-12-31T23:59:59.9999999")]
    [InlineData("1979-05-27", "1979-05-27")]
    [InlineData("2024-02-29", "2024-02-29")]
    [InlineData("07:32:00", "07:32:00")]
    [InlineData("00:00:00", "00:00:00")]
    [InlineData("23:59:59.999999", "23:59:59.999999")]
    [InlineData("00:32:00.12345678901", "00:32:00.1234567")]
    [InlineData("23:59:60", "23:59:59.9999999")]
    public void A_local_time_belongs_to_no_zone(string text, string meaning)
        => Documents.Meaning($"a = {text}").ShouldBe($"{{a: @{meaning}}}");

    [Theory]
    [InlineData("a = 1979-05-27 # x", "{a: @1979-05-27}")]
    [InlineData("a = 1979-05-27 ", "{a: @1979-05-27}")]
    [InlineData("a = [1979-05-27 , 1979-05-27 07:32:00]", "{a: [@1979-05-27, @1979-05-27T07:32:00]}")]
    [InlineData("a = {b = 1979-05-27 }", "{a: {b: @1979-05-27}}")]
    [InlineData("1979-05-27 = 1", "{1979-05-27: 1}")]
    public void A_date_ends_where_it_ends(string text, string meaning)
        => Documents.Meaning(text).ShouldBe(meaning);
}
