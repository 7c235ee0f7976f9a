using System.Diagnostics.Metrics;
using SmartSink.Listening;

namespace SmartSink.Observability.Metrics;

/// <summary>What the polling threads do.</summary>
internal sealed class PollingMetrics
{
    public PollingMetrics(IMeterFactory factory, SmtpServer server) =>
        factory.CreateSinkMeter().ObserveOne(MetricCatalog.PollingTurns, () => server.PollingTurns);
}
