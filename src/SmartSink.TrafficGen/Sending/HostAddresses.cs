using System.Net;
using System.Net.Sockets;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

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
                throw new TrafficException($"{host}: is {stranger}, which is not this machine; see {FlagNames.KnowsWhereItGoes}");
            }

            return addresses.Length > 0 ? addresses : throw new TrafficException($"{host}: has no address");
        }
        catch (SocketException exception)
        {
            throw new TrafficException($"{host}: {exception.Message}", exception);
        }
    }
}
