using SmartSink.Smtp.Server;

namespace SmartSink.Benchmarks;

/// <summary>A policy that never changes.</summary>
internal sealed class FixedPolicy(IMailboxFilter filter) : IMailboxFilterSource
{
    public IMailboxFilter Current => filter;
}
