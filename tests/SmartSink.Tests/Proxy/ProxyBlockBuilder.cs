using System.Buffers.Binary;
using System.Net;

namespace SmartSink.Tests.Proxy;

/// <summary>Writes headers of version 2 from haproxy's proxy-protocol.txt, right ones and wrong ones.</summary>
internal static class ProxyBlockBuilder
{
    public const byte Local = 0x20;
    public const byte ProxyCommand = 0x21;
    public const byte Tcp4 = 0x11;
    public const byte Tcp6 = 0x21;
    public const byte Unix = 0x31;

    public static byte[] Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>A header of any kind; its length is that of the body.</summary>
    public static byte[] Block(byte command, byte family, params byte[] body) =>
        [.. Signature, command, family, (byte)(body.Length >> 8), (byte)body.Length, .. body];

    /// <summary>A header of PROXY over TCP.</summary>
    public static byte[] Tcp(string client, string destination, params byte[] fields)
    {
        var (from, to) = (IPEndPoint.Parse(client), IPEndPoint.Parse(destination));
        return Block(
            ProxyCommand,
            from.Address.GetAddressBytes().Length == 4 ? Tcp4 : Tcp6,
            [.. from.Address.GetAddressBytes(), .. to.Address.GetAddressBytes(), .. Port(from), .. Port(to), .. fields]);
    }

    /// <summary>A field behind the addresses.</summary>
    public static byte[] Field(byte type, params byte[] value) => [type, (byte)(value.Length >> 8), (byte)value.Length, .. value];

    /// <summary>The header with the right checksum in its last field, which is one of four octets.</summary>
    public static byte[] Summed(byte[] block)
    {
        byte[] summed = [.. block];
        summed.AsSpan()[^4..].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(summed.AsSpan()[^4..], Crc32C(summed));
        return summed;
    }

    /// <summary>CRC-32C bit by bit (RFC 9260 appendix A).</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var octet in bytes)
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78u);
            }
        }

        return ~crc;
    }

    private static byte[] Port(IPEndPoint endPoint) => [(byte)(endPoint.Port >> 8), (byte)endPoint.Port];
}
