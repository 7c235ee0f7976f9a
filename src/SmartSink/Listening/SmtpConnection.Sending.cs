using System.Net.Sockets;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Listening;

/// <content>Replies on their way out.</content>
internal sealed partial class SmtpConnection
{
    private SessionAction _afterSend;

    /// <summary>Sends all replies in one go. False when the client does not take them all: then a send is under way, or the connection is over.</summary>
    private bool TrySend(ReplyBuffer replies, SessionAction then)
    {
        var sent = SendNow(replies, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            Lost(error);
            return false;
        }

        if (sent == replies.Length)
        {
            replies.Clear();
            return true;
        }

        // A client that does not read: the replies move out of the thread's buffer, and the heartbeat sees how long it takes.
        var rest = replies.Pending[sent..].ToArray();
        SetBuffer(rest, 0, rest.Length);
        _afterSend = then;
        _phase = ConnectionPhase.Sending;
        Deadline = _context.In(_context.SendTimeout);
        var pending = _socket.SendAsync(this);
        replies.Clear();
        return !pending && IsSent();
    }

    /// <summary>Sends as much as the client takes at once, and says how many octets that was.</summary>
    private int SendNow(ReplyBuffer replies, out SocketError error)
    {
        error = SocketError.Success;
        if (replies.Length == 0)
        {
            return 0;
        }

        var sent = _socket.Send(replies.Pending, SocketFlags.None, out error);
        if (sent > 0)
        {
            _context.Observer.BytesSent(sent);
        }

        return sent;
    }

    private void OnSent()
    {
        if (IsSent())
        {
            Converse(_afterSend, moreExpected: false);
        }
    }

    private bool IsSent()
    {
        if (SocketError != SocketError.Success)
        {
            Lost(SocketError);
            return false;
        }

        _context.Observer.BytesSent(BytesTransferred);
        SetBuffer(null, 0, 0);
        return true;
    }
}
