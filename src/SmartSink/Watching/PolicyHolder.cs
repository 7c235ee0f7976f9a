using SmartSink.Policy;
using SmartSink.Smtp.Server;

namespace SmartSink.Watching;

/// <summary>Holds the policy in force. Sessions read it without a lock; the reloader swaps it whole.</summary>
internal sealed class PolicyHolder(PolicySnapshot first) : IMailboxFilterSource
{
    private volatile PolicySnapshot _snapshot = first;
    private volatile ReloadReport? _lastReload;

    /// <summary>After every reload, whatever became of it.</summary>
    public event EventHandler<ReloadReport>? Reloaded;

    /// <summary>The policy in force.</summary>
    public PolicySnapshot Snapshot => _snapshot;

    /// <inheritdoc/>
    public IMailboxFilter Current => _snapshot;

    /// <summary>What became of the last change; null before the first.</summary>
    public ReloadReport? LastReload => _lastReload;

    /// <summary>Puts a policy in force.</summary>
    public void Apply(PolicySnapshot snapshot, ReloadReport report)
    {
        _snapshot = snapshot;
        Keep(report);
    }

    /// <summary>Keeps the policy in force as it is.</summary>
    public void Keep(ReloadReport report)
    {
        _lastReload = report;
        Reloaded?.Invoke(this, report);
    }
}
