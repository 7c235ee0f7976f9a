using System.Diagnostics.Metrics;
using SmartSink.Connections;

namespace SmartSink.Telemetry;

/// <summary>What the polling threads do.</summary>
internal sealed class PollingMetrics
{
    public PollingMetrics(IMeterFactory factory, SmtpHost server) =>
        factory.CreateSinkMeter().ObserveOne(MetricCatalog.PollingTurns, () => server.PollingTurns);
}
