using SmartSink.Behaviour.State;
using SmartSink.Policy.Decisions;
using SmartSink.Smtp.Replies;

namespace SmartSink.Behaviour.Rules;

/// <summary>Counts tries with the same client network, sender and recipient.</summary>
/// <param name="memory">Where they are remembered.</param>
/// <param name="keys">Makes their keys.</param>
/// <param name="clock">The providers' time.</param>
internal sealed class TryCounter(ISenderMemory memory, StateKeys keys, ScaledClock clock)
{
    /// <summary>The scope for local parts that ask for a number of refusals.</summary>
    public const ulong TriggerScope = 0;

    /// <summary>Counts a try, and returns how many there were before it.</summary>
    /// <param name="scope">What is counting: a rule's <see cref="ActiveRule.Scope"/>, or <see cref="TriggerScope"/>.</param>
    /// <param name="facts">The try.</param>
    /// <param name="domain">The recipient's, without the domain suffix.</param>
    /// <param name="limits">Define how large a client's network is; null for 32 and 64 bits.</param>
    public int Next(ulong scope, in SessionFacts facts, ReadOnlySpan<byte> domain, ProviderLimits? limits)
    {
        var key = keys.Begin(scope).Add(ClientNetwork.Of(facts.ClientAddress, limits))
            .AddIgnoringCase(facts.Sender).AddIgnoringCase(facts.LocalPart).AddIgnoringCase(domain)
            .KeyOf(StateKind.Sequence);
        return memory.Next(key, clock.At(facts.Now));
    }
}
