using System.Net;

namespace SmartSink.Connections;

/// <summary>
/// Notices that every client comes from the container's default gateway: then port publishing has replaced the clients' addresses, and what
/// goes by them takes all clients for one. Told once, and only if something goes by them. Safe for any number of threads.
/// </summary>
/// <param name="gateways">The gateways.</param>
/// <param name="isAddressNeeded">Whether anything goes by a client's address, or by the one that it connected to, as things are now.</param>
/// <param name="tell">Told once.</param>
internal sealed class GatewayWatch(IReadOnlyList<IPAddress> gateways, Func<bool> isAddressNeeded, Action<IPAddress> tell)
{
    /// <summary>So many clients at least: a health check of the host or one curious person says nothing about the rest.</summary>
    public const int Enough = 20;

    private int _seen;
    private volatile bool _isOver;

    /// <summary>Looks at the address of one more client without a proxy.</summary>
    public void Look(IPAddress client)
    {
        if (_isOver)
        {
            return;
        }

        if (!gateways.Contains(client))
        {
            _isOver = true;
        }
        else if (Interlocked.Increment(ref _seen) >= Enough && isAddressNeeded() && !Interlocked.Exchange(ref _isOver, true))
        {
            tell(client);
        }
    }
}
