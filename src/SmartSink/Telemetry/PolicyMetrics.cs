using Prometheus;
using SmartSink.Policy;
using SmartSink.Watching;

namespace SmartSink.Telemetry;

/// <summary>Shows the policy in force, and what became of changes of files.</summary>
internal sealed class PolicyMetrics
{
    private string? _hash;

    public PolicyMetrics(SinkMetrics metrics, Reloader<PolicySnapshot> policy) => metrics.BeforePage(() => Fill(metrics, policy.Current, policy.LastReload));

    /// <summary>Shows what became of changes of files.</summary>
    public static void ShowReloads<T>(SinkMetrics metrics, Counter reloads, Reloader<T> reloader)
        where T : class =>
        metrics.BeforePage(() =>
        {
            reloads.WithLabels("applied").IncTo(reloader.Applied);
            reloads.WithLabels("rejected").IncTo(reloader.Rejected);
        });

    private void Fill(SinkMetrics metrics, PolicySnapshot snapshot, ReloadReport? lastReload)
    {
        if (_hash is not null && _hash != snapshot.Hash)
        {
            metrics.PolicyInfo.RemoveLabelled(_hash);
        }

        _hash = snapshot.Hash;
        metrics.PolicyInfo.WithLabels(_hash).Set(1);
        metrics.PolicyLastApplied.Set(snapshot.LoadedAt.ToUnixTimeMilliseconds() / 1000.0);
        metrics.PolicyLastReloadSuccessful.Set(lastReload is { Result: ReloadResult.Rejected } ? 0 : 1);
        metrics.PolicyEntries.Set(snapshot.EntryCount);
    }
}
