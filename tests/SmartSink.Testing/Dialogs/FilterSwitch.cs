using System.Collections.Concurrent;
using SmartSink.Behaviour;
using SmartSink.Policy;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Dialogs;

/// <summary>Rules that a test can swap.</summary>
/// <param name="current">The first ones.</param>
public sealed class FilterSwitch(IMailboxFilter current) : IMailboxFilterSource
{
    private BehaviourFilters? _behaviour;
    private PolicySnapshot? _policy;

    /// <inheritdoc/>
    public IMailboxFilter Current
    {
        get => _behaviour?.Current ?? current;
        set
        {
            _behaviour = null;
            current = value;
        }
    }

    /// <summary>The connections whose dialogs are over, in order.</summary>
    public ConcurrentQueue<uint> Ended { get; } = new();

    /// <summary>A policy comes into force, whose providers remember what they knew under the one before it. For them the sink starts with the first.</summary>
    /// <exception cref="InvalidOperationException">It has mistakes.</exception>
    public void Load(string path, Moment now)
    {
        var result = PolicyLoader.Load(path);
        _policy = result.Snapshot ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
        _behaviour ??= new BehaviourFilters(() => _policy, now);
    }

    /// <inheritdoc/>
    public void DialogEnded(uint connection)
    {
        Ended.Enqueue(connection);
        _behaviour?.DialogEnded(connection);
    }
}
