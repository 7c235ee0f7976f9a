using SmartSink.Policy.Matching;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy.Servers;

/// <summary>A provider's mail server, frozen.</summary>
/// <param name="Identity">The name that it answers under.</param>
/// <param name="Entries">The entries of the domains that are served there; may be empty.</param>
/// <param name="ProviderDomain">The first domain; empty without domains.</param>
/// <param name="Provider">The entry of the first domain; meaningless without domains.</param>
internal sealed record MxServer(ServerIdentity Identity, int[] Entries, byte[] ProviderDomain, DomainMatch Provider)
{
    /// <summary>Whether the replies before RCPT are drawn before RCPT.</summary>
    public bool KnowsProvider => Entries.Length > 0;

    /// <summary>Whether an entry's domains are served here.</summary>
    public bool Serves(int entry) => Entries.AsSpan().Contains(entry);
}
