namespace SmartSink.Tls;

/// <summary>How often TLS goes wrong on a listener, and how.</summary>
/// <param name="forAll">For every connection.</param>
/// <param name="byName">For handshakes that ask for one of these servers, in place of that.</param>
/// <param name="text">The setting, which two that say the same have in common.</param>
/// <param name="seed">Makes the draws repeatable: the k-th connection of the listener always gets the k-th; null for random ones.</param>
internal sealed class TlsFaultRates(TlsFaultShares forAll, ServerNameTable<TlsFaultShares> byName, string text, int? seed) : IEquatable<TlsFaultRates>
{
    /// <summary>No faults.</summary>
    public static readonly TlsFaultRates None = new(new(), new(), string.Empty, seed: null);

    private readonly string _text = text;

    /// <summary>The seed.</summary>
    public int? Seed => seed;

    /// <summary>The servers' names.</summary>
    public IReadOnlyCollection<string> Names => byName.Names;

    /// <summary>The faults that can come.</summary>
    public IEnumerable<TlsFault> Faults => byName.Names.Select(name => byName.Find(name)!).Prepend(forAll).SelectMany(shares => shares.Faults).Distinct();

    /// <summary>The fault of a connection, as long as no server's name is known.</summary>
    public TlsFault Pick(TlsFaultDraw draw) => forAll.Pick(draw.ForAll);

    /// <summary>The fault of a handshake.</summary>
    /// <param name="draw">The connection's draw.</param>
    /// <param name="serverName">What the client asks for; empty when it asks for nothing.</param>
    public TlsFault Pick(TlsFaultDraw draw, string serverName)
    {
        var fault = byName.Find(serverName) is { } shares ? shares.Pick(draw.ForName) : Pick(draw);
        return TlsFaults.IsInHandshake(fault) ? fault : TlsFault.None;
    }

    /// <inheritdoc/>
    public bool Equals(TlsFaultRates? other) => other is not null && other._text == _text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TlsFaultRates);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);
}
