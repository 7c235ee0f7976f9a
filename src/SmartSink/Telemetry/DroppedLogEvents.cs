using System.Diagnostics.Metrics;
using Serilog.Sinks.Async;

namespace SmartSink.Telemetry;

/// <summary>Knows how many log events were dropped because whoever reads the log was too slow.</summary>
internal sealed class DroppedLogEvents : IAsyncLogEventSinkMonitor
{
    private IAsyncLogEventSinkInspector? _queue;
    private long _before;

    /// <summary>Events dropped since the start.</summary>
    public long Count => _before + (_queue?.DroppedMessagesCount ?? 0);

    /// <summary>Shows the count as a metric.</summary>
    public void Register(IMeterFactory factory) => factory.CreateSinkMeter().ObserveOne(MetricCatalog.LogEventsDropped, () => Count);

    /// <inheritdoc/>
    public void StartMonitoring(IAsyncLogEventSinkInspector inspector) => _queue = inspector;

    /// <inheritdoc/>
    public void StopMonitoring(IAsyncLogEventSinkInspector inspector)
    {
        _before += inspector.DroppedMessagesCount;
        _queue = null;
    }
}
