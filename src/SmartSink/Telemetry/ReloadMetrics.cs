using System.Diagnostics.Metrics;
using SmartSink.Watching;

namespace SmartSink.Telemetry;

/// <summary>Shows what became of the changes of some files.</summary>
/// <typeparam name="T">What is read from them.</typeparam>
internal sealed class ReloadMetrics<T>
    where T : class
{
    public ReloadMetrics(IMeterFactory factory, ReloadHolder<T> holder, MetricDefinition definition) =>
        factory.CreateSinkMeter().Observe<long>(definition, () => [holder.Applied.With("result", "applied"), holder.Rejected.With("result", "rejected")]);
}
