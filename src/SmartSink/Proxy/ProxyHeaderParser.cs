using System.Net;
using SmartSink.Settings;

namespace SmartSink.Proxy;

/// <summary>Reads the header of the PROXY protocol (haproxy's doc/proxy-protocol.txt), without I/O.</summary>
internal static class ProxyHeaderParser
{
    /// <summary>The longest header in octets. A line has 107; a block may be longer, but no proxy sends 16 KiB.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Reads what has come so far.</summary>
    /// <param name="input">At least one octet, from the connection's first on.</param>
    /// <param name="mode">Which versions are allowed.</param>
    /// <param name="header">The header, when it is <see cref="ProxyHeaderResult.Complete"/>.</param>
    public static ProxyHeaderResult Parse(ReadOnlySpan<byte> input, ProxyMode mode, out ProxyHeader header)
    {
        header = default;
        if (mode != ProxyMode.V1 && Begins(ProxyBlock.Signature, input))
        {
            return ProxyBlock.Parse(input, out header);
        }

        return mode != ProxyMode.V2 && Begins(ProxyLine.Start, input) ? ProxyLine.Parse(input, out header) : ProxyHeaderResult.NotAHeader;
    }

    private static bool Begins(ReadOnlySpan<byte> start, ReadOnlySpan<byte> input) =>
        start.StartsWith(input[..Math.Min(start.Length, input.Length)]);
}

/// <summary>What a proxy's header says.</summary>
/// <param name="Length">The header's octets.</param>
/// <param name="Client">Who connected to the proxy; null when the header does not say, and the connection's own address holds.</param>
/// <param name="Destination">Where that client connected to; null when the header does not say.</param>
/// <param name="Authority">The name that the client gave for its destination, as by TLS' server name indication; null without one.</param>
internal readonly record struct ProxyHeader(int Length, IPEndPoint? Client = null, IPEndPoint? Destination = null, string? Authority = null);

/// <summary>What came of reading a header.</summary>
internal enum ProxyHeaderResult : byte
{
    /// <summary>It is whole and good.</summary>
    Complete,

    /// <summary>So far it is good; more has to come.</summary>
    Incomplete,

    /// <summary>The octets begin no header of an allowed version.</summary>
    NotAHeader,

    /// <summary>Version 1: the line breaks the grammar.</summary>
    BadLine,

    /// <summary>Version 1: no end of the line within 107 octets.</summary>
    LineTooLong,

    /// <summary>Version 2's signature, and another version behind it.</summary>
    BadVersion,

    /// <summary>Neither LOCAL nor PROXY.</summary>
    BadCommand,

    /// <summary>An address family or transport that the protocol does not know.</summary>
    BadFamily,

    /// <summary>Too short for the addresses that it must hold.</summary>
    TooShort,

    /// <summary>Longer than the bound.</summary>
    TooLong,

    /// <summary>A field behind the addresses is cut off or of a wrong length.</summary>
    BadField,

    /// <summary>The checksum is another one.</summary>
    BadChecksum,
}
