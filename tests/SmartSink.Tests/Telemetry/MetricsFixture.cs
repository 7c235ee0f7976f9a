using System.Text;
using Prometheus;
using SmartSink.Telemetry;
using SmartSink.Testing;

namespace SmartSink.Tests.Telemetry;

/// <summary>Metrics of one test's own, and their page.</summary>
internal sealed class MetricsFixture(int maxDomains = 1000) : IDisposable
{
    public SinkMetrics Metrics { get; } = new(maxDomains);

    public async Task<MetricsScrape> ScrapeAsync() => new(await TextAsync());

    public async Task<string> TextAsync(ExpositionFormat format = ExpositionFormat.PrometheusText)
    {
        using var page = new MemoryStream();
        await Metrics.WriteAsync(page, format, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(page.ToArray());
    }

    public void Dispose() => Metrics.Dispose();
}
