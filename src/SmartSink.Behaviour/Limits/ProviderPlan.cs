using System.Text;
using SmartSink.Behaviour.State;
using SmartSink.Policy;
using SmartSink.Policy.Decisions;

namespace SmartSink.Behaviour.Limits;

/// <summary>A provider's behaviour, with what is computed from it once.</summary>
/// <param name="Behaviour">As configured in the policy.</param>
/// <param name="Key">A hash of the provider's name, the same in every revision; 0 where each domain is a provider of its own.</param>
/// <param name="Limits">Null for none.</param>
internal sealed record ProviderPlan(ProviderBehaviour Behaviour, ulong Key, SenderLimits? Limits)
{
    public static ProviderPlan Of(ProviderBehaviour behaviour, PolicySnapshot policy) => new(
        behaviour,
        behaviour.Provider == 0 ? 0 : ByteHash.Of(Encoding.UTF8.GetBytes(policy.EntryName(behaviour.Provider))),
        behaviour.Limits is { } limits ? new SenderLimits(limits) : null);

    /// <summary>The plans of a policy by entry; null where the provider does not react to senders.</summary>
    public static ProviderPlan?[] Of(PolicyBehaviour behaviour, PolicySnapshot policy)
    {
        var made = new Dictionary<ProviderBehaviour, ProviderPlan>(ReferenceEqualityComparer.Instance);
        return [.. behaviour.Providers.Select(provider =>
        {
            if (provider is null)
            {
                return null;
            }

            if (!made.TryGetValue(provider, out var plan))
            {
                made[provider] = plan = Of(provider, policy);
            }

            return plan;
        })];
    }

    /// <summary>Whether the provider remembers senders at all.</summary>
    public bool Remembers => Limits is not null || Behaviour.Greylist is not null;

    /// <summary>The key under which the provider of a domain remembers senders.</summary>
    public ulong KeyOf(in DomainMatch match) => Behaviour.Provider == 0 ? match.Hash : Key;
}
