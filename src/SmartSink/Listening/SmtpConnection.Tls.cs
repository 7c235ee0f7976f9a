using System.Net.Sockets;
using SmartSink.Listening.Polling;
using SmartSink.Smtp.Server;
using SmartSink.Tls;

namespace SmartSink.Listening;

/// <content>From the clear to TLS (RFC 3207, or at once: RFC 8314 section 3.3) and, for the end, back.</content>
internal sealed partial class SmtpConnection
{
    /// <summary>Octets of plaintext behind STARTTLS that are dropped before it is taken for an attack.</summary>
    private const int MaxPlaintext = 256 * 1024;

    private readonly TlsFaultDraw? _faultDraw;
    private Socket? _tlsSocket;
    private bool _isPolled;

    /// <summary>
    /// Drops what was sent in the clear behind STARTTLS. The client may say nothing before it has our reply, so whatever is in the
    /// socket by now was injected or is a mistake, and must not be taken for a part of the dialog that is protected.
    /// False when the connection is over.
    /// </summary>
    private bool DropPlaintext()
    {
        for (var dropped = 0; dropped < MaxPlaintext;)
        {
            var octets = NativeSocket.Receive(_descriptor, ThreadBuffers.Scratch, out var error);
            if (error == SocketError.WouldBlock)
            {
                return true;
            }

            if (error != SocketError.Success || octets == 0)
            {
                Lost(error);
                return false;
            }

            _context.Observer.BytesReceived(octets);
            dropped += octets;
        }

        End(SessionEndReason.TlsFailed);
        return false;
    }

    /// <summary>The TLS stream wants a socket of the runtime; from here on that one owns the descriptor.</summary>
    private void StartTls()
    {
        _poller.Remove(_descriptor);
        _isPolled = false;
        _phase = ConnectionPhase.Tls;
        _tlsSocket = new Socket(new SafeSocketHandle(_descriptor, ownsHandle: true));
        _tls = new TlsDialog(_context, this, _tlsSocket, Session, _id);
        _tls.Start();
    }

    /// <summary>What goes wrong in the handshake on purpose.</summary>
    /// <param name="serverName">The name that the client asks for; empty when it asks for none.</param>
    internal TlsFault FaultOf(string serverName) =>
        _faultDraw is null ? TlsFault.None : Met(_context.Tls!.Faults!.Rates.Pick(_faultDraw, serverName));

    private TlsFault DrawnFault => _faultDraw is null ? TlsFault.None : _context.Tls!.Faults!.Rates.Pick(_faultDraw);

    private StartTlsDenial DrawnDenial => DrawnFault switch
    {
        TlsFault.Hidden => StartTlsDenial.Hidden,
        TlsFault.Unavailable => StartTlsDenial.Unavailable,
        _ => StartTlsDenial.None,
    };

    private TlsFault Met(TlsFault fault)
    {
        if (fault != TlsFault.None)
        {
            _context.Observer.TlsFaultMet(fault);
            _context.Log.FaultMet(_id, ClientAddress, TlsFaults.Words[(int)fault]);
        }

        return fault;
    }

    /// <summary>The TLS dialog is over: called by it, from whatever thread.</summary>
    internal void TlsEnded() => Signal(ConnectionSignals.TlsEnded);

    private void OnTlsEnded()
    {
        if (_tls!.Defect is { } defect)
        {
            Fail(defect);
        }
        else if (_tls.LostBy is { } reason)
        {
            End(reason);
        }
        else
        {
            _mayRead = true;
            _wasSilent = _tls.WasSilent;
            Poll();
            Close();
        }
    }

    private void Poll()
    {
        _poller.Add(_descriptor, this, PollFlags.Connection);
        _isPolled = true;
    }
}
