using System.Net.Sockets;
using SmartSink.Proxy;
using SmartSink.Smtp.Server;

namespace SmartSink.Connections;

/// <content>
/// The header that a proxy sends before anything is said. It is looked at where it lies in the socket, and only its own bytes are taken
/// out: those behind it belong to the dialog or to TLS.
/// </content>
internal sealed partial class SmtpConnection
{
    /// <summary>Waits for the header, from a proxy that is believed.</summary>
    private void AwaitHeader(ProxySettings proxy)
    {
        if (!proxy.Networks.Contains(ClientAddress))
        {
            End(SessionEndReason.ProxyNotTrusted);
            return;
        }

        _phase = ConnectionPhase.ProxyHeader;
        Deadline = _context.In(proxy.Timeout);
        if (_readiness.MayRead)
        {
            TakeHeader();
        }
    }

    private void TakeHeader()
    {
        var window = ThreadBuffers.Scratch.AsSpan(0, ProxyHeaderParser.MaxLength);
        var bytes = _channel.Peek(window, out var error);
        if (error == SocketError.WouldBlock)
        {
            _readiness.Received(bytes, window.Length, error);
            return;
        }

        if (error != SocketError.Success || bytes == 0)
        {
            End(error == SocketError.Success ? SessionEndReason.ProxyHeaderMissing : SessionEndReason.ConnectionReset);
            return;
        }

        var result = ProxyHeaderParser.Parse(window[..bytes], _context.Proxy!.Mode, out var header);
        switch (result)
        {
            case ProxyHeaderResult.Complete:
                _channel.Drop(header.Length, out _);
                _context.Observer.BytesReceived(header.Length);
                TakeOver(header);
                if (bytes > header.Length && !_context.IsTlsImplicit && _phase != ConnectionPhase.Closed)
                {
                    Session.Misspoke(ProtocolFaults.EarlyTalk, _context.Now());
                }

                break;
            case ProxyHeaderResult.Incomplete when !_readiness.IsEndReported:
                // What comes behind the bytes that were left where they are is reported anew.
                _readiness.Received(bytes, window.Length, error);
                break;
            default:
                _context.Log.ProxyHeaderRefused(_id, ClientAddress, result);
                End(result == ProxyHeaderResult.NotAHeader ? SessionEndReason.ProxyHeaderMissing : SessionEndReason.ProxyHeaderBroken);
                break;
        }
    }

    /// <summary>From here on the client is the one that the header names.</summary>
    private void TakeOver(in ProxyHeader header)
    {
        if (header.Client is { } client)
        {
            _context.Log.ConnectionProxied(_id, ClientAddress, client, header.Destination, header.Authority);
            ClientAddress = client.Address;
            Session.Destination = header.Destination?.Address;
        }

        IsAddressKnown = header.Client is not null || !_context.IsUnixSocket;
        if (_context.Registry.TryCountAddress(this))
        {
            Open();
            return;
        }

        const SessionEndReason Reason = SessionEndReason.TooManyConnectionsFromAddress;
        _context.Refusals.Tell(_channel, Reason);
        End(Reason);
    }
}
