using SmartSink.TrafficGen.Verifying;

namespace SmartSink.TrafficGen.Tests.Verifying;

public sealed class MetricsTextTests
{
    [Fact]
    public void Samples_of_one_name()
    {
        var samples = MetricsText.Read(
            """
            # HELP a_total What a counts.
            # TYPE a_total counter
            a_total{x="1",y="two \"quoted\" \\ \n lines"} 3
            a_total 4.5 1700000000
            a_total_more 5
            b_total 6
            """,
            "a_total");

        samples.Select(sample => sample.Value).ShouldBe([3, 4.5]);
        samples[0].Labels["y"].ShouldBe("two \"quoted\" \\ \n lines");
        samples[1].Labels.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a{")]
    [InlineData("a{x")]
    [InlineData("a{x=")]
    [InlineData("a{x=\"")]
    [InlineData("a{x=\"1\\")]
    [InlineData("a{x=\"1\"")]
    [InlineData("a{x=\"1\"}")]
    [InlineData("a{} one")]
    [InlineData("a NaN")]
    [InlineData("a +Inf")]
    public void A_broken_sample(string line) => Should.Throw<FormatException>(() => MetricsText.Read(line, "a"));

    [Theory]
    [InlineData("smartsink_recipients_total{outcome=\"accepted\"} 1")]
    [InlineData("smartsink_recipients_total{outcome=\"lost\",domain=\"a\"} 1")]
    public void Recipients_without_the_sinks_labels(string line) => Should.Throw<FormatException>(() => SinkCounts.Read(line));
}
