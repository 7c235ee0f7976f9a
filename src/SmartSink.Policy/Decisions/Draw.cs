using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SmartSink.Smtp;

namespace SmartSink.Policy.Decisions;

/// <summary>
/// Draws of 64 random bits. The seeded ones are a promise: the same seed gives the same draws in every version, on every machine.
/// </summary>
/// <remarks>
/// <c>Mix</c> is the finalizer of SplitMix64 (Steele, Lea and Flood, 2014). The draws of a domain are the SplitMix64 sequence that starts at
/// <c>Mix(seed + Mix(hash))</c>, with the <see cref="ByteHash"/> of the domain in lower case, without the domain suffix.
/// A sticky draw is the first of the sequence of an address: its hash goes on from the domain's with the number 64 (the code of <c>@</c>) and
/// the local part in lower case as one label.
/// Triggers draw from sequences of the same kind with another seed in the place of the policy's: the first draw of a name whose hash is the
/// number of the <see cref="Trigger"/>. Attempts to authenticate draw from the sequence of a name whose hash is 255.
/// The stages before RCPT have a seed of their own, as triggers have, by 256 and the number of the <see cref="Stage"/>.
/// A replica with a name has, in the place of the policy's seed, the first draw of the name whose hash is that of the replica's. Sticky draws
/// keep the policy's seed.
/// </remarks>
internal static class Draw
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const ulong FirstStage = 256;
    private const ulong ChoiceSalt = 0xD1B54A32D192ED03;

    // No name's hash is as small, and no trigger has the number.
    private const ulong AuthenticationHash = 255;

    [ThreadStatic]
    private static ulong _random;

    /// <summary>A draw that nothing foretells: the next of the thread's own sequence, which began at random.</summary>
    public static ulong Random()
    {
        if (_random == 0)
        {
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref _random)));
        }

        return Mix(_random += Golden);
    }

    /// <summary>The k-th draw of a name, counted from 0.</summary>
    public static ulong Seeded(ulong seed, ulong hash, ulong index) => Mix(Mix(seed + Mix(hash)) + ((index + 1) * Golden));

    public static ulong ForAuthentication(ulong seed, ulong index) => Seeded(seed, AuthenticationHash, index);

    /// <summary>The one draw of a recipient under <c>sticky</c>, the same however the address's case is written.</summary>
    public static ulong Sticky(ulong seed, ReadOnlySpan<byte> localPart, ulong domainHash)
    {
        var hash = ByteHash.AddLabelIgnoringCase(ByteHash.Add(domainHash, '@'), localPart);
        return Seeded(seed, hash, 0);
    }

    /// <summary>The seed of one of several sinks; the policy's own when it has no name.</summary>
    public static ulong? SeedOf(ulong? seed, string? replica) =>
        seed is { } given && replica is not null ? Seeded(given, ByteHash.Of(Encoding.UTF8.GetBytes(replica)), 0) : seed;

    /// <summary>The seed of the draws that choose among the replies which a trigger asks for.</summary>
    public static ulong? SeedOf(ulong? seed, Trigger trigger) => seed is { } given ? Seeded(given, (ulong)trigger, 0) : null;

    /// <summary>The seed of the draws at a stage before RCPT, where no recipient is known.</summary>
    public static ulong? SeedOf(ulong? seed, Stage stage) => seed is { } given ? Seeded(given, FirstStage + (ulong)stage, 0) : null;

    /// <summary>The bits that decide whether a recipient is refused: 0 to 2^63 - 1, so that a threshold of 2^63 means always.</summary>
    public static ulong ForRate(ulong draw) => draw >> 1;

    /// <summary>Bits for the choice among replies, of the same range, that tell nothing of <see cref="ForRate"/>.</summary>
    public static ulong ForChoice(ulong draw) => Mix(draw ^ ChoiceSalt) >> 1;

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

/// <summary>A share as a bound for 63 random bits: they are below it with exactly that probability, rounded to 2^-63.</summary>
public static class Threshold
{
    /// <summary>The bound that no draw reaches.</summary>
    public const ulong Always = 1UL << 63;

    /// <summary>The bound for a part of a whole; 0 for never, <see cref="Always"/> when the part is the whole.</summary>
    /// <param name="part">0 to <paramref name="whole"/>.</param>
    /// <param name="whole">More than 0.</param>
    public static ulong Of(decimal part, decimal whole) =>
        part >= whole ? Always : (ulong)(part / whole * Always);
}
