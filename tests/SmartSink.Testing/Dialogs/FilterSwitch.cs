using System.Collections.Concurrent;
using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Dialogs;

/// <summary>Rules that a test can swap.</summary>
/// <param name="current">The first ones.</param>
public sealed class FilterSwitch(IMailboxFilter current) : IMailboxFilterSource
{
    /// <inheritdoc/>
    public IMailboxFilter Current { get; set; } = current;

    /// <summary>The connections whose dialogs are over, in order.</summary>
    public ConcurrentQueue<uint> Ended { get; } = new();

    /// <inheritdoc/>
    public void DialogEnded(uint connection) => Ended.Enqueue(connection);
}
