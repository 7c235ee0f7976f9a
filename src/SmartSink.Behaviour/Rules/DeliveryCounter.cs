using SmartSink.Behaviour.State;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Rules;

/// <summary>Knows which messages have been accepted for which recipients.</summary>
/// <param name="memory">Where deliveries are remembered.</param>
/// <param name="keys">Makes their keys.</param>
/// <param name="clock">The providers' time.</param>
internal sealed class DeliveryCounter(ISenderMemory memory, StateKeys keys, ScaledClock clock)
{
    /// <summary>Counts a delivery, and returns whether the same message has been accepted for the same recipient before.</summary>
    public bool IsDuplicate(in DeliveryFacts delivery)
    {
        var key = keys.Begin(scope: 0).AddIgnoringCase(delivery.MessageId).AddIgnoringCase(delivery.Recipient).KeyOf(StateKind.Delivery);
        return memory.Next(key, clock.At(delivery.Now)) > 0;
    }
}
