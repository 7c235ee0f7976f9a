using System.Net.Sockets;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Server;
using SmartSink.Tls;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <content>From the clear to TLS (RFC 3207, or at once: RFC 8314 section 3.3) and, for the end, back.</content>
internal sealed partial class SmtpConnection
{
    /// <summary>Octets of plaintext behind STARTTLS that are dropped before it is taken for an attack.</summary>
    private const int MaxPlaintext = 256 * 1024;

    private readonly TlsFaultDraw? _faultDraw;
    private TlsSession? _tls;

    /// <summary>
    /// Drops what was sent in the clear behind STARTTLS. The client may say nothing before it has our reply, so whatever is in the
    /// socket by now was injected or is a mistake, and must not be taken for a part of the dialog that is protected.
    /// A client that says no more at all is still owed the reply. False when the connection is over.
    /// </summary>
    private bool DropPlaintext()
    {
        for (var dropped = 0; dropped < MaxPlaintext;)
        {
            var room = MaxPlaintext - dropped;
            var bytes = _channel.Drop(room, out var error);
            _readiness.Received(bytes, room, error);
            if (error == SocketError.WouldBlock)
            {
                return true;
            }

            if (error != SocketError.Success)
            {
                Lost(error);
                return false;
            }

            if (bytes == 0)
            {
                return true;
            }

            _context.Observer.BytesReceived(bytes);
            dropped += bytes;
        }

        End(SessionEndReason.TlsFailed);
        return false;
    }

    private void StartTls()
    {
        _phase = ConnectionPhase.Tls;
        _tls = new TlsSession(_context, this, new ChannelStream(_channel, _readiness), Session, _id);
        _tls.Start();
    }

    /// <summary>What goes wrong in the handshake on purpose.</summary>
    /// <param name="serverName">The name that the client asks for; empty when it asks for none.</param>
    internal TlsFault FaultOf(string serverName) =>
        _faultDraw is null ? TlsFault.None : Met(_faultDraw.Rates.Pick(_faultDraw, serverName));

    private TlsFault DrawnFault => _faultDraw is null ? TlsFault.None : _faultDraw.Rates.Pick(_faultDraw);

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

    /// <summary>Has the client's side see a connection that was reset, once it is closed.</summary>
    internal void ResetOnClose() => _channel.ResetOnClose();

    /// <summary>The TLS dialog has begun to pause: it is woken at the deadline.</summary>
    internal void Expect() => _context.Heartbeat.Expect(this);

    /// <summary>The TLS dialog is over: called by it.</summary>
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
            _readiness = _tls.Readiness;
            _wasSilent = _tls.WasSilent;

            // The TLS stream may hold what nobody has asked it for, and the client's own end of TLS is still to come.
            _leftUnread = !_wasSilent;
            Leave(_tls.Ending);
            if (_context.StopPhase != StopPhase.Running)
            {
                OnAttention();
            }
        }
    }
}
