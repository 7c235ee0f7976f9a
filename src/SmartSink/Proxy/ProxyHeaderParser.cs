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
