using System.Net.Sockets;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <content>The dialog in the clear: bytes to the session, its replies to the client.</content>
internal sealed partial class SmtpConnection
{
    /// <summary>
    /// Octets taken at a time while commands are expected. What is behind a BDAT then stays in the socket, where it can be dropped.
    /// A chunk's rest that is shorter comes with the command behind it, in one call.
    /// </summary>
    private const int CommandRoom = 4 * 1024;

    /// <summary>Whether the client has said more than the session wanted to hear.</summary>
    private bool _leftUnread;
    private bool _wasSilent;

    /// <summary>Whether the greeting waits for its time.</summary>
    private bool _isGreetingDue;

    /// <summary>Replies that the client has not taken yet, and what the session asked for after them.</summary>
    private byte[]? _unsent;
    private int _unsentFrom;
    private SessionAction _afterSend;

    private void Greet()
    {
        var replies = ThreadBuffers.TakeReplies();
        var step = Session.Start(replies, _context.Now());
        _isGreetingDue = step.Action == SessionAction.Pause;
        if (_readiness.MayHoldBytes && _context.Proxy is null && !IsThereBeforeGreeting())
        {
            ThreadBuffers.Return(replies);
            return;
        }

        Converse(step.Action, replies);
    }

    /// <summary>Looks whether the client has spoken before the greeting. False when the connection is over: an error is told only once.</summary>
    private bool IsThereBeforeGreeting()
    {
        Span<byte> first = stackalloc byte[1];
        if (_channel.Peek(first, out var error) > 0)
        {
            Session.Misspoke(ProtocolFaults.EarlyTalk, _context.Now());
        }
        else if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            Lost(error);
            return false;
        }

        return true;
    }

    /// <summary>The client is silent and the session's time has come, or the server stops.</summary>
    private void LookAtSession()
    {
        if (_isGreetingDue && !IsThereBeforeGreeting())
        {
            return;
        }

        _wasSilent = _phase == ConnectionPhase.Reading && !_readiness.MayRead && !Session.IsInData;
        var replies = ThreadBuffers.TakeReplies();
        var action = _context.AskSession(Session, replies);
        _isGreetingDue &= action == SessionAction.Pause;
        Converse(action, replies);
    }

    private void Converse(SessionAction action) => Converse(action, ThreadBuffers.TakeReplies());

    /// <summary>Does what the session asks for until there is something to wait for.</summary>
    /// <param name="action">What the session asked for.</param>
    /// <param name="replies">What is to be sent; given back here.</param>
    private void Converse(SessionAction action, ReplyBuffer replies)
    {
        var budget = Channel.TurnBudget;
        var going = true;
        while (going)
        {
            going = action == SessionAction.Read && _readiness.MayRead && budget > 0
                ? Receive(replies, ref action, ref budget)
                : ((action == SessionAction.Flush && !replies.IsFull) || TrySend(replies, action)) && Act(replies, ref action);
        }

        ThreadBuffers.Return(replies);
    }

    /// <summary>Carries out what the session asked for, all replies being sent. False when there is something to wait for.</summary>
    private bool Act(ReplyBuffer replies, ref SessionAction action)
    {
        switch (action)
        {
            case SessionAction.Read:
                _phase = ConnectionPhase.Reading;
                Deadline = Session.Deadline;
                if (_readiness.MayRead)
                {
                    Signal(ConnectionSignals.Turn);
                }

                return false;
            case SessionAction.Flush:
                action = Feed(_unfinished.Bytes, replies);
                return true;
            case SessionAction.Pause:
                Deadline = Session.Deadline;
                _phase = ConnectionPhase.Pausing;
                _context.Heartbeat.Expect(this);
                return false;
            case SessionAction.StartTls:
                StartTls();
                return false;
            default:
                Leave(action);
                return false;
        }
    }

    /// <summary>
    /// Takes what the socket holds into the thread's scratch, behind the unfinished line, or drops a chunk's bytes where they are.
    /// False when the connection is over.
    /// </summary>
    private bool Receive(ReplyBuffer replies, ref SessionAction action, ref int budget)
    {
        var scratch = ThreadBuffers.Scratch;
        var held = _unfinished.Bytes.Length;
        _unfinished.Bytes.CopyTo(scratch);
        var drops = Session.Droppable >= CommandRoom;
        var room = drops ? (int)Math.Min(Session.Droppable, budget) : Session.IsScanning ? scratch.Length - held : CommandRoom;
        var bytes = drops
            ? _channel.Drop(room, out var error)
            : _channel.Receive(scratch.AsSpan(held, room), out error);
        _readiness.Received(bytes, room, error);
        if (error == SocketError.WouldBlock)
        {
            return true;
        }

        if (error != SocketError.Success || bytes == 0)
        {
            if (error == SocketError.Success && replies.Length > 0)
            {
                Session.Misspoke(ProtocolFaults.HalfClosed, _context.Now());
            }

            SendNow(replies, last: true, out _);
            Lost(error);
            return false;
        }

        _wasSilent = false;
        _context.Observer.BytesReceived(bytes);
        budget -= bytes;
        action = drops ? Session.Dropped(bytes, replies, _context.Now()).Action : Feed(scratch.AsSpan(0, held + bytes), replies);
        return true;
    }

    /// <summary>Gives bytes to the session; what it left of them is held, unless the dialog in the clear ends here.</summary>
    private SessionAction Feed(ReadOnlySpan<byte> bytes, ReplyBuffer replies)
    {
        var step = Session.Advance(bytes, replies, _context.Now());
        var rest = bytes[step.Consumed..];
        if (step.Action is SessionAction.Close or SessionAction.StartTls or SessionAction.Stall or SessionAction.Reset)
        {
            _leftUnread = step.Action == SessionAction.Close && !rest.IsEmpty;
            _unfinished.Release();
        }
        else
        {
            _unfinished.Keep(rest);
        }

        return step.Action;
    }

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
