using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using System.Text;

namespace SmartSink.Proxy;

/// <summary>Version 2 (section 2.2): a signature of twelve octets, version and command, family and transport, length, addresses, fields.</summary>
internal static class ProxyBlock
{
    private const int HeadLength = 16;
    private const int Local = 0;
    private const int Proxy = 1;
    private const int LastTransport = 2;
    private const int Stream = 1;

    /// <summary>How a block begins.</summary>
    public static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private enum Family
    {
        Unspecified,
        IPv4,
        IPv6,
        Unix,
    }

    /// <summary>Reads the block.</summary>
    public static ProxyHeaderResult Parse(ReadOnlySpan<byte> input, out ProxyHeader header)
    {
        header = default;
        if (input.Length < HeadLength)
        {
            return ProxyHeaderResult.Incomplete;
        }

        var (version, command) = (input[12] >> 4, input[12] & 0xF);
        if (version != 2)
        {
            return ProxyHeaderResult.BadVersion;
        }

        var length = HeadLength + BinaryPrimitives.ReadUInt16BigEndian(input[14..]);
        if (length > ProxyHeaderParser.MaxLength)
        {
            return ProxyHeaderResult.TooLong;
        }

        if (input.Length < length)
        {
            return ProxyHeaderResult.Incomplete;
        }

        header = new ProxyHeader(length);
        return command switch
        {
            // The proxy's own connection: whatever else the block says is to be passed over.
            Local => ProxyHeaderResult.Complete,
            Proxy => ReadBody(input[..length], ref header),
            _ => ProxyHeaderResult.BadCommand,
        };
    }

    private static ProxyHeaderResult ReadBody(ReadOnlySpan<byte> block, ref ProxyHeader header)
    {
        var (family, transport) = ((Family)(block[13] >> 4), block[13] & 0xF);
        if (family > Family.Unix || transport > LastTransport)
        {
            return ProxyHeaderResult.BadFamily;
        }

        var body = block[HeadLength..];
        var addresses = family switch { Family.IPv4 => 12, Family.IPv6 => 36, Family.Unix => 216, _ => body.Length };
        if (body.Length < addresses)
        {
            return ProxyHeaderResult.TooShort;
        }

        if (transport == Stream && family is Family.IPv4 or Family.IPv6)
        {
            var size = family == Family.IPv4 ? 4 : 16;
            header = header with
            {
                Client = EndPoint(body[..size], body[(2 * size)..]),
                Destination = EndPoint(body.Slice(size, size), body[((2 * size) + 2)..]),
            };
        }

        var result = ProxyFields.Read(block, HeadLength + addresses, out var authority);
        header = header with { Authority = authority };
        return result;
    }

    private static IPEndPoint EndPoint(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> port)
    {
        var address = new IPAddress(bytes);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, BinaryPrimitives.ReadUInt16BigEndian(port));
    }
}

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
