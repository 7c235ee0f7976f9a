using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace SmartSink.Ledger.Facts;

/// <summary>Hashes of mailboxes and ids, under a key of its own (SipHash-1-3): nobody outside can choose two that collide. Never 0, which means none.</summary>
internal sealed class MailHash
{
    private const ulong Initial0 = 0x736F_6D65_7073_6575, Initial1 = 0x646F_7261_6E64_6F6D, Initial2 = 0x6C79_6765_6E65_7261, Initial3 = 0x7465_6462_7974_6573;
    private const ulong EachByte = 0x0101_0101_0101_0101;

    private readonly ulong _key0;
    private readonly ulong _key1;

    public MailHash()
    {
        Span<byte> key = stackalloc byte[16];
        RandomNumberGenerator.Fill(key);
        _key0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _key1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
    }

    /// <summary>Of a mailbox, in which the case of ASCII letters does not count.</summary>
    public ulong Of(ReadOnlySpan<byte> mailbox) => NotZero(Hash(mailbox, ignoresCase: true));

    /// <summary>Of a sender, empty for the null sender, and a recipient, which can be told from it: see <see cref="RecipientOf"/>.</summary>
    public ulong Of(ReadOnlySpan<byte> sender, ReadOnlySpan<byte> recipient) => NotZero(Hash(recipient, ignoresCase: true) ^ (uint)Hash(sender, ignoresCase: true));

    /// <summary>Of the id of a message, in which case counts.</summary>
    public ulong OfId(ReadOnlySpan<byte> id) => NotZero(Hash(id, ignoresCase: false));

    /// <summary>What the hash of a recipient and that of a sender and the same recipient have in common.</summary>
    public static uint RecipientOf(ulong hash) => (uint)(hash >> 32);

    private static ulong NotZero(ulong hash) => hash == 0 ? 1 : hash;

    private ulong Hash(ReadOnlySpan<byte> text, bool ignoresCase)
    {
        var (v0, v1, v2, v3) = (_key0 ^ Initial0, _key1 ^ Initial1, _key0 ^ Initial2, _key1 ^ Initial3);
        var last = (ulong)text.Length << 56;
        for (; text.Length >= sizeof(ulong); text = text[sizeof(ulong)..])
        {
            Take(Folded(BinaryPrimitives.ReadUInt64LittleEndian(text)));
        }

        var rest = 0UL;
        for (var place = 0; place < text.Length; place++)
        {
            rest |= (ulong)text[place] << (8 * place);
        }

        Take(last | Folded(rest));
        v2 ^= 0xFF;
        Round();
        Round();
        Round();
        return v0 ^ v1 ^ v2 ^ v3;

        // Eight letters at once: those from A to Z get the bit that makes them small.
        ulong Folded(ulong letters)
        {
            if (!ignoresCase)
            {
                return letters;
            }

            var low = letters & (0x7F * EachByte);
            var isUpper = (low + ((0x80 - 'A') * EachByte)) & ~(low + ((0x7F - 'Z') * EachByte)) & ~letters & (0x80 * EachByte);
            return letters | (isUpper >> 2);
        }

        void Take(ulong block)
        {
            v3 ^= block;
            Round();
            v0 ^= block;
        }

        void Round()
        {
            v0 += v1;
            v2 += v3;
            v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
            v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
            v0 = BitOperations.RotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
            v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
            v2 = BitOperations.RotateLeft(v2, 32);
        }
    }
}
