namespace SmartSink.Tls;

/// <summary>Draws for the connections of one listener; nothing of the policy's draws is touched.</summary>
/// <param name="rates">The listener's faults, one at least.</param>
internal sealed class TlsFaultSource(TlsFaultRates rates)
{
    private readonly Lock _lock = new();
    private readonly Random _random = rates.Seed is { } seed ? new Random(seed) : new Random();

    /// <summary>The listener's faults.</summary>
    public TlsFaultRates Rates => rates;

    /// <summary>The next connection's draw.</summary>
    public TlsFaultDraw Next()
    {
        lock (_lock)
        {
            return new TlsFaultDraw(_random.NextDouble(), _random.NextDouble());
        }
    }
}
