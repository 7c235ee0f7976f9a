using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SmartSink.Policy.Decisions;
using SmartSink.Shared;

namespace SmartSink.Behaviour.State;

/// <summary>What a provider remembers; each kind has its own key for the same owner.</summary>
internal enum StateKind : byte
{
    /// <summary>A client network's recipients, connections and warm-up.</summary>
    Network,

    /// <summary>The recipients of a sender's domain.</summary>
    SenderDomain,

    /// <summary>The recipients of a user.</summary>
    User,

    /// <summary>A client network, sender and recipient.</summary>
    Greylist,

    /// <summary>A client network, sender and recipient, under a rule.</summary>
    Sequence,

    /// <summary>A message and a recipient.</summary>
    Delivery,
}

/// <summary>A keyed hash of the kind, the provider and the owner.</summary>
internal readonly record struct StateKey(ulong High, ulong Low);

/// <summary>
/// Makes keys: 128 bits, hashed with a secret that differs in every process, because clients choose what
/// goes in: nobody can prepare names that share an entry.
/// </summary>
internal sealed class StateKeys
{
    private readonly ulong _first;
    private readonly ulong _second;

    public StateKeys()
    {
        Span<ulong> secret = stackalloc ulong[2];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(secret));
        (_first, _second) = (secret[0], secret[1]);
    }

    /// <summary>Begins a key.</summary>
    /// <param name="scope">A number that identifies the provider or rule in every revision.</param>
    public KeyBuilder Begin(ulong scope) => new KeyBuilder(_first, _second).Add(scope, 0);
}

/// <summary>A key under construction.</summary>
internal readonly struct KeyBuilder(ulong high, ulong low)
{
    private const ulong FirstFactor = 0xA0761D6478BD642F;
    private const ulong SecondFactor = 0xE7037ED1A0B428DB;
    private const int Block = 2 * sizeof(ulong);

    /// <summary>The key for what was added, for a kind.</summary>
    public StateKey KeyOf(StateKind kind)
    {
        // With names that count up, some secrets alone would leave the low bits unevenly distributed.
        var last = Add(SplitMix.Golden * ((ulong)kind + 1), low).Halves;
        return new StateKey(SplitMix.Mix(last.High), SplitMix.Mix(last.Low));
    }

    private StateKey Halves => new(high, low);

    public KeyBuilder Add(ulong first, ulong second) => new(
        Fold(high ^ first, FirstFactor ^ second) ^ BitOperations.RotateLeft(low, 29),
        Fold(low ^ second, SecondFactor ^ first) ^ BitOperations.RotateLeft(high, 37));

    public KeyBuilder Add(ClientNetwork network) => Add(network.High, network.Low);

    /// <summary>Adds text of any length, ignoring the case of ASCII letters.</summary>
    public KeyBuilder AddIgnoringCase(ReadOnlySpan<byte> text)
    {
        // The length distinguishes texts that would otherwise collide, and allows the last octets to overlap with those before.
        var builder = new KeyBuilder(high ^ ((ulong)(text.Length + 1) * SecondFactor), low);
        for (var rest = text; rest.Length > Block; rest = rest[Block..])
        {
            builder = builder.Add(LowerAt(rest, 0), LowerAt(rest, sizeof(ulong)));
        }

        return text.Length switch
        {
            >= Block => builder.Add(LowerAt(text, text.Length - Block), LowerAt(text, text.Length - sizeof(ulong))),
            >= sizeof(ulong) => builder.Add(LowerAt(text, 0), LowerAt(text, text.Length - sizeof(ulong))),
            _ => builder.Add(ByteHash.ToLower(ByteHash.LastGroup(text)), 0),
        };
    }

    private static ulong LowerAt(ReadOnlySpan<byte> text, int at) => ByteHash.ToLower(BinaryPrimitives.ReadUInt64LittleEndian(text[at..]));

    private static ulong Fold(ulong x, ulong y)
    {
        var high = Math.BigMul(x, y, out var low);
        return high ^ low;
    }
}

/// <summary>The network that a client belongs to, as 128 bits; IPv4 as IPv4-mapped IPv6.</summary>
internal readonly record struct ClientNetwork(ulong High, ulong Low)
{
    private const int IPv4Bits = 32;
    private const int IPv6Bits = 128;
    private const ulong Mapped = 0x0000_FFFF_0000_0000;

    private static readonly ProviderLimits Usual = new();

    /// <summary>The network of a client, as large as a provider's limits say; of the usual size if there are none.</summary>
    public static ClientNetwork Of(IPAddress? address, ProviderLimits? limits) => Of(address, (limits ?? Usual).Net4, (limits ?? Usual).Net6);

    /// <summary>The network of a client. Null is a network, too; the scope of an address is ignored.</summary>
    /// <param name="address">The client.</param>
    /// <param name="net4">How many bits of an IPv4 address count, 0 to 32.</param>
    /// <param name="net6">How many bits of an IPv6 address count, 0 to 128.</param>
    public static ClientNetwork Of(IPAddress? address, int net4, int net6)
    {
        Span<byte> bytes = stackalloc byte[IPv6Bits / 8];
        if (address is null || !address.TryWriteBytes(bytes, out var length))
        {
            return default;
        }

        if (length == IPv4Bits / 8)
        {
            return new ClientNetwork(0, Mapped | Cut4(BinaryPrimitives.ReadUInt32BigEndian(bytes), net4));
        }

        var high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var low = BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]);
        return high == 0 && low >> IPv4Bits == Mapped >> IPv4Bits
            ? new ClientNetwork(0, Mapped | Cut4((uint)low, net4))
            : new ClientNetwork(Cut(high, net6), Cut(low, net6 - 64));
    }

    /// <summary>A client's network for people: <c>192.0.2.0/24</c>.</summary>
    public static string NameOf(IPAddress address, int net4, int net6)
    {
        var (isV4, network) = (address.IsIPv4MappedToIPv6 || address.GetAddressBytes().Length == IPv4Bits / 8, Of(address, net4, net6));
        Span<byte> bytes = stackalloc byte[IPv6Bits / 8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, network.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[sizeof(ulong)..], network.Low);
        return isV4 ? $"{new IPAddress(bytes[^4..])}/{net4}" : $"{new IPAddress(bytes)}/{net6}";
    }

    private static ulong Cut4(uint address, int bits) => bits <= 0 ? 0 : address & (uint.MaxValue << (IPv4Bits - bits));

    private static ulong Cut(ulong half, int bits) => bits <= 0 ? 0 : bits >= 64 ? half : half & (ulong.MaxValue << (64 - bits));
}
