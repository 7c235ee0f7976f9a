using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using SmartSink.Telemetry.Exposition;
using SmartSink.Testing;

namespace SmartSink.Tests.Telemetry;

/// <summary>A meter factory and a collector of one test's own.</summary>
internal sealed class MetricsFixture : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MetricsCollector _collector;

    public MetricsFixture()
    {
        Factory = _services.GetRequiredService<IMeterFactory>();
        _collector = new MetricsCollector(Factory);
    }

    public IMeterFactory Factory { get; }

    public MetricsScrape Scrape() => new(Text());

    public string Text(ExpositionFormat format = ExpositionFormat.PrometheusText)
    {
        var page = new ArrayBufferWriter<byte>();
        _collector.WriteTo(page, format);
        return Encoding.UTF8.GetString(page.WrittenSpan);
    }

    public void Dispose()
    {
        _collector.Dispose();
        _services.Dispose();
    }
}
