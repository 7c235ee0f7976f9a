using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SmartSink.Shared;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Decisions;

/// <summary>
/// Draws of 64 random bits. The seeded ones are a promise: the same seed gives the same draws in every version, on every machine.
/// </summary>
/// <remarks>
/// <c>Mix</c> is <see cref="SplitMix.Mix"/>. The draws of a domain are the SplitMix64 sequence that starts at
/// <c>Mix(seed + Mix(hash))</c>, with the <see cref="ByteHash"/> of the domain in lower case, without the domain suffix.
/// A sticky draw is the first of the sequence of an address: its hash goes on from the domain's with the number 64 (the code of <c>@</c>) and
/// the local part in lower case as one label.
/// Triggers draw from sequences of the same kind with another seed in the place of the policy's: the first draw of a name whose hash is the
/// number of the <see cref="Trigger"/>. Attempts to authenticate draw from the sequence of a name whose hash is 255.
/// The stages before RCPT have a seed of their own, as triggers have, by 256 and the number of the <see cref="Stage"/>; triggers that ask for a
/// label have one by 512 and the number of the <see cref="ReplyLabel"/>; what providers do beside their answers has one by 1024 and the number
/// of the <see cref="DrawKind"/>.
/// A replica with a name has, in the place of the policy's seed, the first draw of the name whose hash is that of the replica's. Sticky draws
/// keep the policy's seed.
/// </remarks>
internal static class Draw
{
    private const ulong FirstStage = 256;
    private const ulong FirstLabel = 512;
    private const ulong FirstKind = 1024;
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

        return SplitMix.Mix(_random += SplitMix.Golden);
    }

    /// <summary>The k-th draw of a name, counted from 0.</summary>
    public static ulong Seeded(ulong seed, ulong hash, ulong index) => SplitMix.At(SplitMix.Mix(seed + SplitMix.Mix(hash)), index);

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

    /// <summary>The seed of the draws that choose among the replies of a label which a trigger asks for.</summary>
    public static ulong? SeedOf(ulong? seed, ReplyLabel label) => seed is { } given ? Seeded(given, FirstLabel + (ulong)label, 0) : null;

    /// <summary>The seed of the draws at a stage before RCPT, where no recipient is known.</summary>
    public static ulong? SeedOf(ulong? seed, Stage stage) => seed is { } given ? Seeded(given, FirstStage + (ulong)stage, 0) : null;

    /// <summary>The seed of the draws for what providers do beside their answers.</summary>
    public static ulong? SeedOf(ulong? seed, DrawKind kind) => seed is { } given ? Seeded(given, FirstKind + (ulong)kind, 0) : null;

    /// <summary>The bits that decide whether a recipient is refused: 0 to 2^63 - 1, so that a threshold of 2^63 means always.</summary>
    public static ulong ForRate(ulong draw) => draw >> 1;

    /// <summary>Bits for the choice among replies, of the same range, that tell nothing of <see cref="ForRate"/>.</summary>
    public static ulong ForChoice(ulong draw) => SplitMix.Mix(draw ^ ChoiceSalt) >> 1;
}

/// <summary>What a provider draws for beside its answers.</summary>
internal enum DrawKind : byte
{
    /// <summary>Which reply is given over a limit.</summary>
    Throttle,

    /// <summary>Which reply a greylist gives.</summary>
    Greylist,

    ConnectDelay,
    EhloDelay,
    MailDelay,

    /// <summary>Of the reply to RCPT, and of the one at end of data.</summary>
    RecipientDelay,

    /// <summary>Whether a rule acts.</summary>
    Rule,
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

    /// <summary>The share that a bound stands for, 0 to 1.</summary>
    public static double ShareOf(ulong bound) => (double)bound / Always;
}

/// <summary>
/// Gives each recipient that asks its draw: without a seed a random one, with a seed the k-th of its domain. Safe for any number of threads;
/// it allocates only for a domain seen for the first time that no exact entry names.
/// </summary>
internal sealed class DrawSource
{
    /// <summary>
    /// How many domains matched by a pattern or by the default are counted each by itself. Those that come later share the counter of the
    /// entry that matched them: their totals stay right, but depend on the order in which domains appeared.
    /// </summary>
    public const int MaximumCountedDomains = 65_536;

    private readonly ulong? _seed;
    private readonly long[] _entries;
    private readonly ConcurrentDictionary<byte[], DomainCounter> _domains = new(ByteComparer.Instance);
    private readonly ConcurrentDictionary<byte[], DomainCounter>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private int _countedDomains;

    public DrawSource(ulong? seed, int entryCount)
    {
        _seed = seed;
        _entries = seed is null ? [] : new long[entryCount];
        _lookup = _domains.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public ulong Next(in DomainMatch match, ReadOnlySpan<byte> domain)
    {
        if (_seed is not { } seed)
        {
            return Draw.Random();
        }

        ref var counter = ref match.IsExact ? ref _entries[match.Entry] : ref CounterOf(match.Entry, domain);
        return Draw.Seeded(seed, match.Hash, (ulong)(Interlocked.Increment(ref counter) - 1));
    }

    private ref long CounterOf(int entry, ReadOnlySpan<byte> domain)
    {
        if (_lookup.TryGetValue(domain, out var counter))
        {
            return ref counter.Count;
        }

        if (Volatile.Read(ref _countedDomains) >= MaximumCountedDomains)
        {
            return ref _entries[entry];
        }

        var added = new DomainCounter();
        counter = _domains.GetOrAdd(domain.ToArray(), added);
        if (ReferenceEquals(counter, added))
        {
            Interlocked.Increment(ref _countedDomains);
        }

        return ref counter.Count;
    }
}

/// <summary>How many recipients of one domain have drawn. A field, for <see cref="Interlocked"/>.</summary>
internal sealed class DomainCounter
{
    internal long Count;
}

/// <summary>
/// Hashes names with 64 bits, label by label from the last to the first.
/// It is part of what makes seeded draws repeatable: it never changes.
/// </summary>
/// <remarks>
/// A label is its length and then its octets in groups of eight, little-endian, the last group filled up with zeros.
/// Each of these numbers goes in by <c>h = (h xor n) * 0x9E3779B97F4A7C15; h = h xor (h >> 32)</c>.
/// </remarks>
internal static class ByteHash
{
    public const ulong Empty = 0xCBF29CE484222325;

    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private const ulong EachByte = 0x0101010101010101;
    private const int GroupLength = sizeof(ulong);

    public static ulong Of(ReadOnlySpan<byte> domain)
    {
        var hash = Empty;
        while (true)
        {
            var dot = domain.LastIndexOf((byte)'.');
            hash = AddLabel(hash, domain[(dot + 1)..]);
            if (dot < 0)
            {
                return hash;
            }

            domain = domain[..dot];
        }
    }

    public static ulong Add(ulong hash, ulong number)
    {
        hash = (hash ^ number) * Multiplier;
        return hash ^ (hash >> 32);
    }

    public static ulong AddLabel(ulong hash, ReadOnlySpan<byte> label)
    {
        hash = Add(hash, (ulong)label.Length);
        for (; label.Length >= GroupLength; label = label[GroupLength..])
        {
            hash = Add(hash, BinaryPrimitives.ReadUInt64LittleEndian(label));
        }

        return label.IsEmpty ? hash : Add(hash, LastGroup(label));
    }

    public static ulong AddLabelIgnoringCase(ulong hash, ReadOnlySpan<byte> label)
    {
        hash = Add(hash, (ulong)label.Length);
        for (; label.Length >= GroupLength; label = label[GroupLength..])
        {
            hash = Add(hash, ToLower(BinaryPrimitives.ReadUInt64LittleEndian(label)));
        }

        return label.IsEmpty ? hash : Add(hash, ToLower(LastGroup(label)));
    }

    /// <summary>At most eight octets as one number, little-endian, filled up with zeros.</summary>
    public static ulong LastGroup(ReadOnlySpan<byte> bytes)
    {
        ulong group = 0;
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            group = (group << 8) | bytes[i];
        }

        return group;
    }

    /// <summary>Eight octets with their ASCII letters in lower case.</summary>
    /// <remarks>The top bit of each sum tells whether the octet is at least 'A', or beyond 'Z'; no carry leaves an octet.</remarks>
    public static ulong ToLower(ulong group)
    {
        var low = group & (0x7F * EachByte);
        var atLeastA = low + ((0x80 - 'A') * EachByte);
        var beyondZ = low + ((0x7F - 'Z') * EachByte);
        var isUpper = (atLeastA ^ beyondZ) & ~group & (0x80 * EachByte);
        return group | (isUpper >> 2);
    }
}
