using System.Net.Sockets;

namespace SmartSink.Connections;

/// <summary>Sorts the errors of accept(2) into tiers, after the manual page: Linux hands on network errors that are already pending on the new connection.</summary>
internal static class AcceptErrors
{
    /// <summary>The tier of an error.</summary>
    public static AcceptErrorTier TierOf(SocketError error) => error switch
    {
        SocketError.ConnectionAborted
            or SocketError.ConnectionReset
            or SocketError.Interrupted
            or SocketError.WouldBlock
            or SocketError.TryAgain
            or SocketError.TimedOut
            or SocketError.AccessDenied // EPERM: a firewall rule forbids this connection
            or SocketError.NetworkDown
            or SocketError.NetworkUnreachable
            or SocketError.NetworkReset
            or SocketError.HostDown
            or SocketError.HostUnreachable
            or SocketError.ProtocolOption
            or SocketError.ProtocolType
            or SocketError.OperationNotSupported => AcceptErrorTier.Connection,
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => AcceptErrorTier.Exhausted,
        _ => AcceptErrorTier.Fatal,
    };
}
