using System.Net;
using System.Security.Authentication;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Server;

namespace SmartSink.Connections;

/// <summary>What the transport reports, for counting; the dialog itself is reported through <see cref="ISessionObserver"/>. Must not block.</summary>
internal interface IConnectionObserver
{
    /// <summary>A connection was accepted by the kernel (also one that is then refused for a limit).</summary>
    void ConnectionOpened();

    /// <summary>A connection ended, once for each <see cref="ConnectionOpened"/>.</summary>
    void ConnectionClosed(in ConnectionEnd end);

    /// <summary>Octets received from clients (after decryption).</summary>
    void BytesReceived(int count);

    /// <summary>Octets sent to clients (before encryption).</summary>
    void BytesSent(int count);

    /// <summary>A TLS handshake ended.</summary>
    /// <param name="version">The version agreed on; <see cref="SslProtocols.None"/> when it failed before that.</param>
    /// <param name="succeeded">Whether the dialog goes on.</param>
    /// <param name="connection">The connection's number.</param>
    void TlsHandshakeEnded(SslProtocols version, bool succeeded, uint connection);

    /// <summary>A client was asked for its certificate in a handshake that succeeded.</summary>
    /// <param name="subject">The subject of the one that it showed, cut to a bearable length; null when it showed none.</param>
    void ClientCertificateAsked(string? subject);

    /// <summary>A client met a fault of the settings.</summary>
    void TlsFaultMet(TlsFault fault);

    /// <summary>A client was given a reply with a fault of the settings.</summary>
    void ReplyFaultMet(ReplyFault fault);

    /// <summary>accept(2) failed.</summary>
    /// <param name="error">The socket error's name.</param>
    void AcceptFailed(string error);
}

/// <summary>A connection at its end. Spans are valid only during the call.</summary>
internal readonly ref struct ConnectionEnd
{
    /// <summary>Why it ended.</summary>
    public required SessionEndReason Reason { get; init; }

    /// <summary>The address of the client for whom the dialog was, IPv4-mapped IPv6 already unmapped.</summary>
    public required IPAddress Client { get; init; }

    /// <summary>The connection's number; 0 for one that was refused before it began.</summary>
    public uint Connection { get; init; }

    /// <summary>The name that the client authenticated as; empty when there is none.</summary>
    public ReadOnlySpan<byte> User { get; init; }

    /// <summary>Messages that came to their end of data.</summary>
    public int Messages { get; init; }
}
