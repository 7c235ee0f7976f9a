using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Tests.Reporting;

public sealed class FailConditionTests
{
    [Theory]
    [InlineData("p99>200ms", 36.095, false)]
    [InlineData("p99>36", 36.095, true)]
    [InlineData("P99 >= 36.095", 36.095, true)]
    [InlineData("p99.9<0.1s", 53.343, true)]
    [InlineData("max>1.5s", 1195.583, false)]
    [InlineData("max>500us", 1195.583, true)]
    [InlineData("transaction.mean>0.5m", 16.534, false)]
    [InlineData("connect.p50==0.2", 0.2, true)]
    [InlineData("tls.p50>0", 0, false)]
    [InlineData("io_errors>0", 12, true)]
    [InlineData("fault.service_closing!=1", 1, false)]
    [InlineData("faults<=13", 13, true)]
    [InlineData("failed>3,001", 3001, false)]
    [InlineData("failed_percent>0.8%", 0.841, true)]
    [InlineData("tempfail_percent<1", 0.56, true)]
    [InlineData("permfail==1000", 1000, true)]
    [InlineData("rate<5900/s", 5900, false)]
    [InlineData("bytes<22000000000", 21_240_000_000, true)]
    public void A_condition(string text, double actual, bool holds)
    {
        var condition = FailCondition.Parse(text, FigureCatalog.Known, out _).ShouldNotBeNull();
        var result = FigureCatalog.Judge(condition, Samples.Report);
        (result.Condition, result.Actual, result.Holds).ShouldBe((text, actual, holds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("p99")]
    [InlineData("p99=200ms")]
    [InlineData(">200ms")]
    [InlineData("p99>")]
    [InlineData("p99>200kb")]
    [InlineData("p98>200ms")]
    [InlineData("io_errors>5ms")]
    [InlineData("failed_percent>101")]
    [InlineData("rate<5900/h")]
    public void Not_a_condition(string text)
    {
        FailCondition.Parse(text, FigureCatalog.Known, out var problem).ShouldBeNull();
        problem.ShouldNotBeEmpty();
    }

    [Fact]
    public void Every_figure_can_be_read()
    {
        foreach (var name in FigureCatalog.Names)
        {
            FigureCatalog.Judge(FailCondition.Parse($"{name}>=0", FigureCatalog.Known, out _).ShouldNotBeNull(), Samples.Report).Holds.ShouldBeTrue(name);
        }
    }
}
