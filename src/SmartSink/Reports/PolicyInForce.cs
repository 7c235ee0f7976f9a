using SmartSink.Behaviour;
using SmartSink.Ledger.Facts;

namespace SmartSink.Reports;

/// <summary>What the rules of the report card have to know of the policy.</summary>
internal static class PolicyInForce
{
    /// <summary>What is in force.</summary>
    /// <param name="behaviour">How providers behave, with what schedules make of it now.</param>
    /// <param name="at">Since when, in milliseconds.</param>
    public static PolicyFact Read(BehaviourFilters behaviour, long at)
    {
        var (timeScale, limits) = behaviour.LimitsInForce;
        return new PolicyFact(at, timeScale, limits.ToDictionary(
            static entry => entry.Key,
            static entry => new ProviderLimits(entry.Value.Connections, entry.Value.MessagesPerConnection, entry.Value.RecipientsPerMessage),
            StringComparer.Ordinal));
    }
}
