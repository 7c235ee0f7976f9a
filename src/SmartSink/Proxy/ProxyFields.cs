using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace SmartSink.Proxy;

/// <summary>The fields behind the addresses of version 2 (section 2.2.1): type, length, value. Unknown ones are passed over.</summary>
internal static class ProxyFields
{
    private const int HeadLength = 3;
    private const byte Authority = 0x02;
    private const byte Crc32C = 0x03;
    private const int MaxAuthorityLength = 255;

    /// <summary>Reads them.</summary>
    /// <param name="block">The whole header.</param>
    /// <param name="start">Where the first field begins.</param>
    /// <param name="authority">The name that the client asked for; null without one.</param>
    public static ProxyHeaderResult Read(ReadOnlySpan<byte> block, int start, out string? authority)
    {
        authority = null;
        for (var at = start; at < block.Length;)
        {
            if (block.Length - at < HeadLength)
            {
                return ProxyHeaderResult.BadField;
            }

            var (type, length) = (block[at], BinaryPrimitives.ReadUInt16BigEndian(block[(at + 1)..]));
            at += HeadLength;
            if (block.Length - at < length
                || (type == Authority && length is 0 or > MaxAuthorityLength)
                || (type == Crc32C && length != sizeof(uint)))
            {
                return ProxyHeaderResult.BadField;
            }

            if (type == Crc32C && BinaryPrimitives.ReadUInt32BigEndian(block[at..]) != Checksum(block, at))
            {
                return ProxyHeaderResult.BadChecksum;
            }

            if (type == Authority)
            {
                authority = Printable(block.Slice(at, length));
            }

            at += length;
        }

        return ProxyHeaderResult.Complete;
    }

    // Of all octets, those of the checksum itself counted as zeros (RFC 9260 appendix A).
    private static uint Checksum(ReadOnlySpan<byte> block, int checksum)
    {
        var crc = uint.MaxValue;
        for (var at = 0; at < block.Length; at++)
        {
            crc = BitOperations.Crc32C(crc, at - checksum is >= 0 and < sizeof(uint) ? (byte)0 : block[at]);
        }

        return ~crc;
    }

    private static string Printable(ReadOnlySpan<byte> text) =>
        string.Concat(Encoding.UTF8.GetString(text).Select(character => char.IsControl(character) ? '?' : character));
}
