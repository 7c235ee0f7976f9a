using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <summary>Writes headers of the PROXY protocol (section 2 of HAProxy's specification) for TCP over IPv4 or IPv6.</summary>
internal static class ProxyHeader
{
    private const byte VersionTwoProxy = 0x21;
    private const byte TcpOverIPv4 = 0x11;
    private const byte TcpOverIPv6 = 0x21;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>The octets of a header; none for none.</summary>
    /// <param name="protocol">Which version.</param>
    /// <param name="source">The client's address.</param>
    /// <param name="destination">The address that it connected to, of the same family.</param>
    public static byte[] Make(ProxyProtocol protocol, IPEndPoint source, IPEndPoint destination) => protocol switch
    {
        ProxyProtocol.V1 => Line(source, destination),
        ProxyProtocol.V2 => Binary(source, destination),
        _ => [],
    };

    private static byte[] Line(IPEndPoint source, IPEndPoint destination)
    {
        var family = source.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6";
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"PROXY {family} {source.Address} {destination.Address} {source.Port} {destination.Port}\r\n"));
    }

    private static byte[] Binary(IPEndPoint source, IPEndPoint destination)
    {
        byte[] addresses = [.. source.Address.GetAddressBytes(), .. destination.Address.GetAddressBytes(), .. Port(source), .. Port(destination)];
        var family = source.AddressFamily == AddressFamily.InterNetwork ? TcpOverIPv4 : TcpOverIPv6;
        return [.. Signature, VersionTwoProxy, family, .. Network(addresses.Length), .. addresses];
    }

    private static byte[] Port(IPEndPoint end) => Network(end.Port);

    private static byte[] Network(int number)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)number);
        return bytes;
    }
}
