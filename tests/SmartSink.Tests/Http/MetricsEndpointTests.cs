using Prometheus;
using SmartSink.Http;

namespace SmartSink.Tests.Http;

public sealed class MetricsEndpointTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain", false)]
    [InlineData("not a header, at ;all", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text; version=1.0.0; charset=utf-8", true)]
    [InlineData("application/openmetrics-text;version=2.0.0,text/plain;q=0.1", false)]
    [InlineData("application/openmetrics-text;q=0.1,text/plain;q=0.2", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", true)]
    public void OpenMetrics_only_when_asked(string? accept, bool openMetrics) =>
        MetricsEndpoint.Choose(accept is null ? [] : [accept]).ShouldBe(openMetrics ? ExpositionFormat.OpenMetricsText : ExpositionFormat.PrometheusText);
}
