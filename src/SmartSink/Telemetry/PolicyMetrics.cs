using Prometheus;
using SmartSink.Shared;
using SmartSink.Watching;

namespace SmartSink.Telemetry;

/// <summary>Shows the policy in force, and what became of changes of files.</summary>
internal sealed class PolicyMetrics
{
    private const string Applied = "applied";
    private const string Rejected = "rejected";

    private readonly StripedCounters _reloads = new(2);
    private string? _hash;

    public PolicyMetrics(SinkMetrics metrics, PolicyHolder holder)
    {
        metrics.BeforePage(() => Fill(metrics, holder));
        holder.Reloaded += (_, report) =>
        {
            if (report.Result != ReloadResult.Unchanged)
            {
                _reloads.Add((int)report.Result);
            }
        };
    }

    /// <summary>Shows what became of changes of other files.</summary>
    public static void ShowReloads<T>(SinkMetrics metrics, Counter reloads, ReloadHolder<T> holder)
        where T : class =>
        metrics.BeforePage(() => Fill(reloads, holder.Applied, holder.Rejected));

    private static void Fill(Counter reloads, long applied, long rejected)
    {
        reloads.WithLabels(Applied).IncTo(applied);
        reloads.WithLabels(Rejected).IncTo(rejected);
    }

    private void Fill(SinkMetrics metrics, PolicyHolder holder)
    {
        Fill(metrics.PolicyReloads, _reloads.Read((int)ReloadResult.Applied), _reloads.Read((int)ReloadResult.Rejected));
        var snapshot = holder.Snapshot;
        if (_hash is not null && _hash != snapshot.Hash)
        {
            metrics.PolicyInfo.RemoveLabelled(_hash);
        }

        _hash = snapshot.Hash;
        metrics.PolicyInfo.WithLabels(_hash).Set(1);
        metrics.PolicyLastApplied.Set(snapshot.LoadedAt.ToUnixTimeMilliseconds() / 1000.0);
        metrics.PolicyEntries.Set(snapshot.EntryCount);
    }
}
