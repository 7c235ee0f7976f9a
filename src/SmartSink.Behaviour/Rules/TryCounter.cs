using SmartSink.Behaviour.State;
using SmartSink.Policy.Decisions;
using SmartSink.Smtp.Replies;

namespace SmartSink.Behaviour.Rules;

/// <summary>Counts tries of the same client network, sender and recipient.</summary>
/// <param name="memory">Where they are remembered.</param>
/// <param name="keys">Names them.</param>
/// <param name="clock">The providers' time.</param>
internal sealed class TryCounter(ISenderMemory memory, StateKeys keys, ScaledClock clock)
{
    /// <summary>The scope of local parts that ask for so many refusals.</summary>
    public const ulong TriggerScope = 0;

    /// <summary>How many tries there were before.</summary>
    /// <param name="scope">What counts them: a rule's <see cref="ActiveRule.Scope"/>, or <see cref="TriggerScope"/>.</param>
    /// <param name="facts">The try.</param>
    /// <param name="domain">The recipient's, without the domain suffix.</param>
    /// <param name="limits">Say how large a client's network is; null for 32 and 64 bits.</param>
    public int Next(ulong scope, in SessionFacts facts, ReadOnlySpan<byte> domain, ProviderLimits? limits)
    {
        var key = keys.Begin(scope).Add(ClientNetwork.Of(facts.ClientAddress, limits))
            .AddIgnoringCase(facts.Sender).AddIgnoringCase(facts.LocalPart).AddIgnoringCase(domain)
            .KeyOf(StateKind.Sequence);
        return memory.Next(key, clock.At(facts.Now));
    }
}
