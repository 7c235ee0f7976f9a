using System.Net;
using System.Net.Sockets;

namespace SmartSink.EndToEnd.Tests.Mta;

/// <summary>What a <see cref="DnsResponder"/> knows: names in lower case without a final dot. What is not here does not exist.</summary>
internal sealed class DnsZone
{
    private readonly Dictionary<string, List<DnsRecord>> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds a domain's mail server.</summary>
    public DnsZone Mx(string domain, int preference, string host)
    {
        byte[] data = [(byte)(preference >> 8), (byte)preference, .. DnsMessage.Name(host)];
        return Add(domain, DnsRecord.Mx, data);
    }

    /// <summary>Adds a host's addresses of either family.</summary>
    public DnsZone Host(string name, params ReadOnlySpan<string> addresses)
    {
        foreach (var text in addresses)
        {
            var address = IPAddress.Parse(text);
            Add(name, address.AddressFamily == AddressFamily.InterNetwork ? DnsRecord.A : DnsRecord.Aaaa, address.GetAddressBytes());
        }

        return this;
    }

    /// <summary>The records of a name and type; null when there is no such name.</summary>
    public IReadOnlyList<DnsRecord>? Find(string name, int type) =>
        _names.TryGetValue(name, out var records) ? [.. records.Where(record => record.Type == type)] : null;

    private DnsZone Add(string name, int type, byte[] data)
    {
        if (!_names.TryGetValue(name, out var records))
        {
            _names.Add(name, records = []);
        }

        records.Add(new DnsRecord(type, data));
        return this;
    }
}
