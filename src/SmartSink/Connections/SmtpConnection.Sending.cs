using System.Net.Sockets;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Connections;

/// <content>Replies on their way out.</content>
internal sealed partial class SmtpConnection
{
    /// <summary>Replies that the client has not taken yet, and what the session asked for after them.</summary>
    private byte[]? _unsent;
    private int _unsentFrom;
    private SessionAction _afterSend;

    /// <summary>Sends all replies in one go. False when the client does not take them all, or is gone.</summary>
    private bool TrySend(ReplyBuffer replies, SessionAction then)
    {
        if (replies.Length > 0 && !MaySend(then))
        {
            return false;
        }

        var sent = SendNow(replies, last: then == SessionAction.Close, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            Lost(error);
            return false;
        }

        if (sent < replies.Length)
        {
            // A client that does not read: the replies move out of the thread's buffer, and the heartbeat sees how long it takes.
            _unsent = replies.Pending[sent..].ToArray();
            _unsentFrom = 0;
            _afterSend = then;
            _phase = ConnectionPhase.Sending;
            Deadline = _context.In(_context.SendTimeout);
        }

        replies.Clear();
        return _unsent is null;
    }

    /// <summary>
    /// Whether replies may go out. With the last byte of the 220 to STARTTLS the client may begin with TLS, so the plaintext is dropped
    /// before each send that could be it, and never after one. False when the connection is over.
    /// </summary>
    private bool MaySend(SessionAction then) => then != SessionAction.StartTls || DropPlaintext();

    /// <summary>Sends as much as the client takes at once, and says how many bytes that was.</summary>
    private int SendNow(ReplyBuffer replies, bool last, out SocketError error)
    {
        error = SocketError.Success;
        if (replies.Length == 0)
        {
            return 0;
        }

        var sent = _channel.Send(replies.Pending, last, out error);
        if (sent > 0)
        {
            _context.Observer.BytesSent(sent);
        }

        return sent;
    }

    /// <summary>The client has made room: sends more of what it did not take, and goes on after the last of it.</summary>
    private void SendRest()
    {
        if (!MaySend(_afterSend))
        {
            return;
        }

        var rest = _unsent.AsSpan(_unsentFrom);
        var sent = _channel.Send(rest, last: false, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            Lost(error);
            return;
        }

        _context.Observer.BytesSent(sent);
        _unsentFrom += sent;
        if (sent == rest.Length)
        {
            _unsent = null;
            Converse(_afterSend);
            if (_context.StopPhase != StopPhase.Running)
            {
                OnAttention();
            }
        }
    }
}
