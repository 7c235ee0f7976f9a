using System.Diagnostics.Metrics;
using SmartSink.Shared;
using SmartSink.Watching;

namespace SmartSink.Telemetry;

/// <summary>Shows the policy in force and what became of changes.</summary>
internal sealed class PolicyMetrics
{
    private static readonly string[] Results = ["applied", "rejected"];
    private readonly StripedCounters _reloads = new(Results.Length);

    public PolicyMetrics(IMeterFactory factory, PolicyHolder holder)
    {
        var meter = factory.CreateSinkMeter();
        meter.Observe<long>(MetricCatalog.PolicyReloads, () => Results.Select((result, index) => _reloads.Read(index).With("result", result)));
        meter.Observe<long>(MetricCatalog.PolicyInfo, () => [1L.With("hash", holder.Snapshot.Hash)]);
        meter.ObserveOne(MetricCatalog.PolicyLastApplied, () => holder.Snapshot.LoadedAt.ToUnixTimeMilliseconds() / 1000.0);
        meter.ObserveOne(MetricCatalog.PolicyEntries, () => (long)holder.Snapshot.EntryCount);
        holder.Reloaded += (_, report) =>
        {
            if (report.Result != ReloadResult.Unchanged)
            {
                _reloads.Add((int)report.Result);
            }
        };
    }
}
