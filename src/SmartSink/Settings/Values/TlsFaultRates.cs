using System.Globalization;

namespace SmartSink.Settings.Values;

/// <summary>Something that goes wrong on purpose on a connection's way to TLS.</summary>
internal enum TlsFault : byte
{
    None,

    /// <summary>EHLO does not list STARTTLS, and the command is not known.</summary>
    Hidden,

    /// <summary>STARTTLS is answered 454 (RFC 3207 section 4).</summary>
    Unavailable,

    /// <summary>The certificate has expired.</summary>
    Expired,

    /// <summary>The certificate is that of another server.</summary>
    WrongName,

    /// <summary>The certificate is signed by nobody but itself.</summary>
    SelfSigned,

    /// <summary>The client's hello is not answered.</summary>
    NoAnswer,

    /// <summary>The client's hello is answered by a reset.</summary>
    Reset,
}

/// <summary>The faults' words: the same in the setting, in metrics and in the log.</summary>
internal static class TlsFaults
{
    /// <summary>By <see cref="TlsFault"/>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["none", "hidden", "454", "expired", "wrong-name", "self-signed", "no-answer", "reset"];

    /// <summary>The fault of a word; <see cref="TlsFault.None"/> when there is none.</summary>
    public static TlsFault Read(string word) => (TlsFault)Math.Max(0, Array.IndexOf([.. Words], word));

    /// <summary>Whether a fault shows in the handshake, when the client has said which server it wants.</summary>
    public static bool IsInHandshake(TlsFault fault) => fault >= TlsFault.Expired;

    /// <summary>Whether a fault needs a certificate that is made for it.</summary>
    public static bool NeedsCertificate(TlsFault fault) => fault is TlsFault.Expired or TlsFault.WrongName or TlsFault.SelfSigned;
}

/// <summary>A connection's luck: two numbers from 0 to less than 1.</summary>
/// <param name="ForAll">For the faults of all connections.</param>
/// <param name="ForName">For those of a server's name, apart, so that they come as often as they should among what the others left.</param>
internal sealed record TlsFaultDraw(double ForAll, double ForName)
{
    /// <summary>What may go wrong on the connection, to its end.</summary>
    public TlsFaultRates Rates { get; init; } = TlsFaultRates.None;
}

/// <summary>How often TLS goes wrong on a listener, and how.</summary>
/// <param name="forAll">For every connection.</param>
/// <param name="byName">For handshakes that ask for one of these servers, in place of that.</param>
/// <param name="text">The setting, which two that say the same have in common.</param>
/// <param name="seed">Makes the draws repeatable: the k-th connection of the listener always gets the k-th; null for random ones.</param>
internal sealed class TlsFaultRates(FaultShares<TlsFault> forAll, ServerNameTable<FaultShares<TlsFault>> byName, string text, int? seed) : IEquatable<TlsFaultRates>
{
    /// <summary>No faults.</summary>
    public static readonly TlsFaultRates None = new(new(), new(), string.Empty, seed: null);

    private const string SeedWord = "seed";

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

    /// <summary>
    /// Reads <c>expired=5,no-answer=0.5,wrong-name@mx.example=100,seed=42</c>; the empty list means no faults. What is said of a server's name
    /// holds for handshakes that ask for it, in place of what is said of all.
    /// </summary>
    public static bool TryParse(string text, out TlsFaultRates value)
    {
        value = TlsFaultRates.None;
        var forAll = new FaultShares<TlsFault>();
        var byName = new ServerNameTable<FaultShares<TlsFault>>();
        int? seed = null;
        foreach (var part in text.Length == 0 ? [] : text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2, StringSplitOptions.TrimEntries) is not [var what, var number])
            {
                return false;
            }

            if (what == SeedWord && seed is null && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var given))
            {
                seed = given;
            }
            else if (!TryShare(what, number, forAll, byName))
            {
                return false;
            }
        }

        value = new TlsFaultRates(forAll, byName, text, seed);
        return true;
    }

    public bool Equals(TlsFaultRates? other) => other is not null && other._text == _text;

    public override bool Equals(object? obj) => Equals(obj as TlsFaultRates);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _text;

    private static bool TryShare(string what, string number, FaultShares<TlsFault> forAll, ServerNameTable<FaultShares<TlsFault>> byName)
    {
        if (!FaultShares<TlsFault>.TryPercent(number, out var percent) || what.Split('@') is not [var word, .. { Length: <= 1 } names])
        {
            return false;
        }

        var fault = TlsFaults.Read(word);
        if (names is not [var name])
        {
            return fault != TlsFault.None && forAll.TryAdd(fault, percent);
        }

        // The keyword and the reply to STARTTLS go out before the client asks for a name.
        if (!TlsFaults.IsInHandshake(fault) || !HostnameText.TryParse(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name, out _))
        {
            return false;
        }

        if (!byName.TryGet(name, out var shares))
        {
            shares = new FaultShares<TlsFault>();
            byName.TryAdd(name, shares);
        }

        return shares.TryAdd(fault, percent);
    }
}
