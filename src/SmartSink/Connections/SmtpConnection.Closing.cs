using System.Net.Sockets;
using SmartSink.Smtp.Server;

namespace SmartSink.Connections;

/// <content>
/// The end. A socket that is closed while bytes of the client are unread, or still come, answers them with RST, and that throws away
/// the last reply at the client's side. So unless the client has no more to say the connection lingers: its sending side is shut
/// down, and what comes is dropped until the client closes, for a bounded time and number of bytes.
/// </content>
internal sealed partial class SmtpConnection
{
    private const int LingerBytes = 4 * 1024 * 1024;

    private int _lingered;

    /// <summary>The session is over and its last reply is on its way.</summary>
    private void Close()
    {
        Session.ConnectionEnded(Session.EndReason);
        var clientMaySpeak = _leftUnread || _readiness.MayHoldBytes || (Session.EndReason != SessionEndReason.Quit && !_wasSilent);
        if (!clientMaySpeak || !_channel.ShutdownSend())
        {
            End(Session.EndReason);
            return;
        }

        _phase = ConnectionPhase.Lingering;
        Deadline = _context.In(ListenerContext.LingerTimeout);
        Linger();
    }

    /// <summary>Drops what has come; what comes later is reported.</summary>
    private void Linger()
    {
        while (_readiness.MayRead)
        {
            var room = LingerBytes - _lingered;
            var bytes = _channel.Drop(room, out var error);
            _readiness.Received(bytes, room, error);
            _lingered += bytes;
            if ((bytes == 0 && error != SocketError.WouldBlock) || _lingered == LingerBytes)
            {
                End(Session.EndReason);
                return;
            }
        }
    }

    private void Lost(SocketError error) => End(Session.LossReason(inGoodOrder: error == SocketError.Success));

    private void Fail(Exception error)
    {
        _context.Log.ConnectionFailed(error, _id, ClientAddress, _context.Listener);
        End(SessionEndReason.InternalError);
    }

    /// <summary>Closes the socket and reports the end, once.</summary>
    private void End(SessionEndReason reason)
    {
        if (_phase == ConnectionPhase.Closed)
        {
            return;
        }

        _phase = ConnectionPhase.Closed;
        Deadline = long.MaxValue;
        Session.ConnectionEnded(reason);
        if (Session.HasDeniedTls)
        {
            Met(DrawnFault);
        }

        _channel.Close();
        _unfinished.Release();
        _unsent = null;
        _context.Observer.ConnectionClosed(Session.EndReason);
        _context.Log.ConnectionEnded(_id, _context.Listener, Session, ClientAddress);
        _context.Registry.Remove(this);
    }
}
