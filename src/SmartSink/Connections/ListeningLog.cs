using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using SmartSink.Proxy;
using SmartSink.Smtp.Server;

namespace SmartSink.Connections;

/// <summary>The transport's log lines, ids 100 to 149. What clients do wrong is said at Debug: it is no fault of the sink.</summary>
internal static partial class ListeningLog
{
    [LoggerMessage(100, LogLevel.Information, "Listener {Listener} accepts {Protocol} on {EndPoint}")]
    public static partial void Listening(this ILogger log, string protocol, string endPoint, string listener);

    [LoggerMessage(101, LogLevel.Warning, "Listener {Listener} lost a connection before it was accepted: {Error}")]
    public static partial void AcceptFailed(this ILogger log, string listener, SocketError error);

    [LoggerMessage(102, LogLevel.Warning, "Listener {Listener} cannot accept connections: {Error}; trying again in {Milliseconds} ms")]
    public static partial void AcceptDelayed(this ILogger log, string listener, SocketError error, double milliseconds);

    [LoggerMessage(103, LogLevel.Debug, "Connection {Connection} from {Client} to {Listener} opened")]
    public static partial void ConnectionOpened(this ILogger log, long connection, IPAddress client, string listener);

    [LoggerMessage(104, LogLevel.Debug, "Connection {Connection} from {Client} to {Listener} ended: {Reason}")]
    private static partial void ConnectionEndedCore(ILogger log, long connection, IPAddress client, string listener, string reason);

    [LoggerMessage(113, LogLevel.Debug, "Connection {Connection} of {User} at {Client} to {Listener} ended: {Reason}")]
    private static partial void ConnectionOfUserEnded(ILogger log, long connection, string user, IPAddress client, string listener, string reason);

    [LoggerMessage(105, LogLevel.Debug, "Connection from {Client} to {Listener} refused: {Reason}")]
    private static partial void ConnectionRefusedCore(ILogger log, IPAddress client, string listener, string reason);

    [LoggerMessage(106, LogLevel.Error, "Connection {Connection} from {Client} to {Listener} failed because of a defect in the server")]
    public static partial void ConnectionFailed(this ILogger log, Exception error, long connection, IPAddress client, string listener);

    [LoggerMessage(107, LogLevel.Information, "SMTP is stopping; open connections: {Count}")]
    public static partial void Stopping(this ILogger log, int count);

    [LoggerMessage(108, LogLevel.Warning, "Closing connections that did not finish in time: {Count}")]
    public static partial void StopForced(this ILogger log, int count);

    [LoggerMessage(109, LogLevel.Information, "SMTP stopped")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(110, LogLevel.Debug, "Connection {Connection} was meant for {Destination}")]
    public static partial void ConnectionMeantFor(this ILogger log, long connection, IPAddress destination);

    [LoggerMessage(111, LogLevel.Debug, "Connection {Connection} by proxy {Proxy} is from {Client} to {Destination}, authority {Authority}")]
    public static partial void ConnectionProxied(this ILogger log, long connection, IPAddress proxy, IPEndPoint client, IPEndPoint? destination, string? authority);

    [LoggerMessage(112, LogLevel.Debug, "Connection {Connection} by proxy {Proxy} has no valid header: {Result}")]
    public static partial void ProxyHeaderRefused(this ILogger log, long connection, IPAddress proxy, ProxyHeaderResult result);

    /// <summary>The words for <see cref="SessionEndReason"/>, the same in metrics.</summary>
    public static IReadOnlyList<string> EndReasons { get; } = [.. Enum.GetNames<SessionEndReason>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    [LoggerMessage(114, LogLevel.Warning, "Listener {Listener} treats the address that a client connected to as its original destination: transport {Transport} cannot see through a NAT on this machine, only epoll on Linux can")]
    public static partial void DestinationUnseen(this ILogger log, string listener, string transport);

    [LoggerMessage(115, LogLevel.Warning, "All clients so far come from the default gateway {Gateway}: publishing a port hides their addresses and where they were headed, so a limit per address counts them as one and [[mx]] entries never apply; run the container with --network host, or put a proxy in front of it and set SINK_PROXY")]
    public static partial void ClientsBehindGateway(this ILogger log, IPAddress gateway);

    [LoggerMessage(116, LogLevel.Debug, "{Client} got a reply with the fault {Fault}")]
    public static partial void ReplyFaultMet(this ILogger log, IPAddress? client, string fault);

    public static void ConnectionEnded(this ILogger log, long connection, string listener, MailSession session, IPAddress peer)
    {
        if (!log.IsEnabled(LogLevel.Debug))
        {
            return;
        }

        var client = session.ClientAddress ?? peer;
        var reason = EndReasons[(int)session.EndReason];
        if (session.User.IsEmpty)
        {
            ConnectionEndedCore(log, connection, client, listener, reason);
        }
        else
        {
            ConnectionOfUserEnded(log, connection, Encoding.UTF8.GetString(session.User), client, listener, reason);
        }
    }

    public static void ConnectionRefused(this ILogger log, IPAddress client, string listener, SessionEndReason reason)
    {
        if (log.IsEnabled(LogLevel.Debug))
        {
            ConnectionRefusedCore(log, client, listener, EndReasons[(int)reason]);
        }
    }
}
