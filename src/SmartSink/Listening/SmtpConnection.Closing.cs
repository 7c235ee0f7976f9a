using System.Net.Sockets;
using SmartSink.Smtp.Server;

namespace SmartSink.Listening;

/// <content>
/// The end. A socket that is closed while octets of the client are unread, or still come, answers them with RST, and that throws away
/// the last reply at the client's side. So unless the client has no more to say the connection lingers: its sending side is shut
/// down, and what comes is dropped until the client closes, for a bounded time and number of octets.
/// </content>
internal sealed partial class SmtpConnection
{
    private const int LingerOctets = 4 * 1024 * 1024;

    private int _lingered;

    /// <summary>The session is over and its last reply is sent.</summary>
    /// <param name="clientMaySpeak">Whether the client may not have said everything yet.</param>
    /// <param name="receiving">Whether a receive is under way.</param>
    private void Close(bool clientMaySpeak, bool receiving)
    {
        _session.ConnectionEnded(_session.EndReason);

        // The runtime resets a connection that is closed under a receive, unless its sending side was shut down before.
        var hasShutdown = (clientMaySpeak || receiving) && TryShutdown();
        if (!clientMaySpeak || !hasShutdown)
        {
            End(_session.EndReason);
            return;
        }

        _phase = ConnectionPhase.Lingering;
        Deadline = _context.In(ConnectionContext.LingerTimeout);
        if (!receiving)
        {
            Linger();
        }
    }

    private void OnLingered()
    {
        if (SocketError != SocketError.Success || BytesTransferred == 0)
        {
            End(_session.EndReason);
        }
        else
        {
            Linger();
        }
    }

    private void Linger()
    {
        var room = _received.Free;
        SetBuffer(room.Array, room.Offset, room.Count);
        do
        {
            var octets = _socket.Receive(ThreadBuffers.Scratch, SocketFlags.None, out var error);
            _lingered += octets;
            if ((octets == 0 && error != SocketError.WouldBlock) || _lingered > LingerOctets)
            {
                End(_session.EndReason);
                return;
            }
        }
        while (!_socket.ReceiveAsync(this));
    }

    private bool TryShutdown()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Lost(SocketError error) => End(
        _session.IsInData ? SessionEndReason.ClosedInData
        : error == SocketError.Success ? SessionEndReason.ClientClosed
        : SessionEndReason.ConnectionReset);

    private void Fail(Exception error)
    {
        _context.Log.ConnectionFailed(error, _id, ClientAddress);
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
        _session.ConnectionEnded(reason);
        _socket.Dispose();
        _received.Release();
        Dispose();
        _context.Observer.ConnectionClosed(_session.EndReason);
        _context.Log.ConnectionEnded(_id, ClientAddress, _session.EndReason);
        _context.Registry.Remove(this);
    }
}
