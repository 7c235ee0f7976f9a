using System.Net;
using System.Net.Sockets;
using SmartSink.Smtp.Client;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <summary>What all connections of a run share.</summary>
/// <param name="Target">Where to.</param>
/// <param name="TargetName">The name for TLS's server name indication.</param>
/// <param name="Sources">Local addresses; empty for the system's choice.</param>
/// <param name="Proxy">The header that each begins with.</param>
/// <param name="ImplicitTls">Whether TLS begins before the greeting.</param>
/// <param name="Dialog">What is wanted of every dialog.</param>
internal sealed record ConnectionPlan(
    IPEndPoint Target, string TargetName, IReadOnlyList<IPAddress> Sources, ProxyProtocol Proxy, bool ImplicitTls, SmtpClientOptions Dialog)
{
    /// <summary>Reads the plan out of the options.</summary>
    /// <exception cref="TrafficException">The target's name has no address that the mail may go to, or a source is not an address of this machine.</exception>
    public static async Task<ConnectionPlan> MakeAsync(TrafficOptions options, CancellationToken stop)
    {
        var dialog = new SmtpClientOptions
        {
            StartTls = options.Tls == TlsMode.StartTls,
            OpportunisticTls = options is { Behave: Manners.Well, Tls: TlsMode.None },
            Pipelining = options.Pipelining,
            Chunking = options.Chunking,
            SmtpUtf8 = options.SmtpUtf8,
            Credential = options.Credential is { } credential ? new ClientCredential(credential.UserName, credential.Password) : null,
        };
        var target = new IPEndPoint(await ResolveAsync(options, stop), options.Target.Port);
        foreach (var source in options.SourceAddresses)
        {
            Try(source, target);
        }

        return new ConnectionPlan(target, options.Target.Host, options.SourceAddresses, options.ProxyProtocol, options.Tls == TlsMode.Implicit, dialog);
    }

    private static async Task<IPAddress> ResolveAsync(TrafficOptions options, CancellationToken stop)
    {
        var host = options.Target.Host;
        var addresses = await HostAddresses.FindAsync(host, options, stop);
        // IPv4 first among equals: a name for the loopback has both, and a sink in a container often only the one.
        return addresses.OrderBy(address => address.AddressFamily).FirstOrDefault(address => CanComeFrom(options.SourceAddresses, address))
            ?? throw new TrafficException($"{host} has no address of the same family as {FlagNames.SourceIp}");
    }

    private static void Try(IPAddress source, IPEndPoint target)
    {
        try
        {
            using var unused = new Connection(target, source);
        }
        catch (SocketException exception)
        {
            throw new TrafficException($"{FlagNames.SourceIp}: {source}: {exception.Message}", exception);
        }
    }

    private static bool CanComeFrom(IReadOnlyList<IPAddress> sources, IPAddress target) =>
        sources.All(source => source.AddressFamily == target.AddressFamily);
}

/// <summary>Finds the addresses of a server.</summary>
internal static class HostAddresses
{
    /// <summary>All of them, at least one.</summary>
    /// <param name="host">A name, or an address.</param>
    /// <param name="options">Say whether they may be of another machine: a name can mean anything, <c>localhost</c> too.</param>
    /// <param name="stop">Ends the search.</param>
    /// <exception cref="TrafficException">There is none, or one that the mail may not go to.</exception>
    public static async Task<IReadOnlyList<IPAddress>> FindAsync(string host, TrafficOptions options, CancellationToken stop)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, stop);
            if (!options.MayLeaveThisMachine && Array.Find(addresses, address => !IPAddress.IsLoopback(address)) is { } stranger)
            {
                throw new TrafficException($"{host} resolves to {stranger}, which is not this machine; see {FlagNames.KnowsWhereItGoes}");
            }

            return addresses.Length > 0 ? addresses : throw new TrafficException($"{host} has no address");
        }
        catch (SocketException exception)
        {
            throw new TrafficException($"{host}: {exception.Message}", exception);
        }
    }
}
