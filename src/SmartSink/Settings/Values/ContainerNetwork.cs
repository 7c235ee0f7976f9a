using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SmartSink.Settings.Values;

/// <summary>Whether a container has a network of its own, or shares its host's.</summary>
internal static class ContainerNetwork
{
    // One of the settings that Linux has once for all networks; it shows them in the first network namespace alone, which is the host's.
    private const string HostOnly = "/proc/sys/net/core/netdev_budget";

    /// <summary>Whether the process is in a container on a network of its own. The images of .NET say by a variable that they are one.</summary>
    public static bool IsOwn(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("DOTNET_RUNNING_IN_CONTAINER") == "true" && OperatingSystem.IsLinux() && !File.Exists(HostOnly);

    /// <summary>The routers of the default routes that the kernel has now. Behind a published port of Docker's, connections from its host come from there.</summary>
    public static IReadOnlyList<IPAddress> ReadGateways() => GatewaysIn(ReadLines("/proc/net/route"), ReadLines("/proc/net/ipv6_route"));

    /// <summary>The routers of the default routes of the two tables, as /proc/net shows them.</summary>
    public static IReadOnlyList<IPAddress> GatewaysIn(IEnumerable<string> routes, IEnumerable<string> routes6)
    {
        // Interface, destination, gateway, flags, …: words in the machine's own byte order.
        var gateways = Columns(routes)
            .Where(columns => columns.Length > 2 && columns[1] == "00000000" && columns[2] != "00000000")
            .Select(columns => new IPAddress(BitConverter.GetBytes(uint.Parse(columns[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture))));

        // Destination, its prefix, source, its prefix, gateway, …
        var none = new string('0', 32);
        var gateways6 = Columns(routes6)
            .Where(columns => columns.Length > 4 && columns[0] == none && columns[1] == "00" && columns[4] != none)
            .Select(columns => new IPAddress(Convert.FromHexString(columns[4])));
        return [.. gateways.Concat(gateways6).Distinct()];

        static IEnumerable<string[]> Columns(IEnumerable<string> lines) =>
            lines.Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The number behind the last hyphen of a host name such as <c>sink-2</c>, as a StatefulSet gives; then the name tells replicas apart.</summary>
    public static bool IsNumbered(string hostname)
    {
        var digits = hostname.AsSpan(hostname.LastIndexOf('-') + 1);
        return digits.Length > 0 && digits.Length < hostname.Length && !digits.ContainsAnyExceptInRange('0', '9');
    }

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            // No such family here.
            return [];
        }
    }
}

/// <summary>Where HTTP is to listen: at an address, at all, or where the container's network decides.</summary>
/// <param name="Address">The address; null for <see cref="Word"/>.</param>
internal sealed record HttpListen(IPAddress? Address)
{
    /// <summary>All addresses of a container on a network of its own; elsewhere loopback, so that no host opens its interfaces unasked.</summary>
    public const string Word = "container";

    /// <summary>Reads an address, <c>*</c>, or the word.</summary>
    public static bool TryParse(string text, out HttpListen value)
    {
        IPAddress? address = null;
        var good = text == Word || ListenAddress.TryParse(text, out address);
        value = new HttpListen(text == Word ? null : address ?? AnyAddress);
        return good;
    }

    /// <summary>The address to bind to.</summary>
    /// <param name="isOwnNetwork">Whether this is a container on a network of its own.</param>
    public IPAddress For(bool isOwnNetwork) => Address ?? (isOwnNetwork ? AnyAddress : IPAddress.Loopback);

    private static IPAddress AnyAddress => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
}
