using System.Net;
using System.Net.Sockets;

namespace SmartSink.Settings;

/// <summary>Whether a container has a network of its own, or shares its host's.</summary>
internal static class ContainerNetwork
{
    // One of the settings that Linux has once for all networks; it shows them in the first network namespace alone, which is the host's.
    private const string HostOnly = "/proc/sys/net/core/netdev_budget";

    /// <summary>Whether the process is in a container on a network of its own. The images of .NET say by a variable that they are one.</summary>
    public static bool IsOwn(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("DOTNET_RUNNING_IN_CONTAINER") == "true" && OperatingSystem.IsLinux() && !File.Exists(HostOnly);

    /// <summary>The number behind the last hyphen of a host name such as <c>sink-2</c>, as a StatefulSet gives; then the name tells replicas apart.</summary>
    public static bool IsNumbered(string hostname)
    {
        var digits = hostname.AsSpan(hostname.LastIndexOf('-') + 1);
        return digits.Length > 0 && digits.Length < hostname.Length && !digits.ContainsAnyExceptInRange('0', '9');
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
