using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SmartSink.TrafficGen.Options;

internal static class AddressText
{
    public const string ExpectedEndPoint = "a host and port such as localhost:2525 or [::1]:2525";
    public const string ExpectedHttp = "a URL such as http://127.0.0.1:8000";

    /// <summary>Reads <c>HOST:PORT</c>; an IPv6 address stands in brackets.</summary>
    public static bool TryParseEndPoint(string text, [NotNullWhen(true)] out DnsEndPoint? value)
    {
        value = null;
        var colon = text.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is 0 or > IPEndPoint.MaxPort)
        {
            return false;
        }

        var host = text[..colon];
        if (host is ['[', .. var address, ']'])
        {
            if (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return false;
            }

            // ::ffff:127.0.0.1 is IPv4 in another writing, and is spoken to by IPv4.
            host = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4().ToString() : address;
        }
        else if (Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4))
        {
            return false;
        }

        value = new DnsEndPoint(host, port);
        return true;
    }

    /// <summary>Reads an http or https URL.</summary>
    public static bool TryParseHttp(string text, [NotNullWhen(true)] out Uri? value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value) && value.Scheme is "http" or "https" && value.Host.Length > 0;

    /// <summary>Whether a host is this one: <c>localhost</c> or a loopback address.</summary>
    public static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>The page on which a sink shows its counters.</summary>
    public static Uri MetricsAt(Uri sink) => PageAt(sink, "/metrics");

    /// <summary>The address of a server's page.</summary>
    /// <param name="server">The server's address, perhaps with a path before the page's, or the page's address itself.</param>
    /// <param name="path">The page's path, from its slash on.</param>
    public static Uri PageAt(Uri server, string path)
    {
        var given = server.AbsolutePath.TrimEnd('/');
        return given.EndsWith(path, StringComparison.Ordinal) ? server : new UriBuilder(server) { Path = given + path }.Uri;
    }
}
