namespace SmartSink.EndToEnd.Tests.Mta;

/// <summary>One record of a name (RFC 1035 section 3.2).</summary>
/// <param name="Type">One of the constants here.</param>
/// <param name="Data">Its RDATA, names in full.</param>
internal sealed record DnsRecord(int Type, byte[] Data)
{
    /// <summary>An IPv4 address.</summary>
    public const int A = 1;

    /// <summary>A domain's mail server.</summary>
    public const int Mx = 15;

    /// <summary>An IPv6 address (RFC 3596).</summary>
    public const int Aaaa = 28;
}
