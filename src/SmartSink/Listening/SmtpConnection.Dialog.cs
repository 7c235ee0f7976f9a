using System.Net.Sockets;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Listening;

/// <content>The dialog in the clear: octets to the session, its replies to the client.</content>
internal sealed partial class SmtpConnection
{
    /// <summary>Octets that a connection may take in before it lets the other sockets of the polling thread have their turn.</summary>
    private const int TurnBudget = 1024 * 1024;

    private StopPhase _stopSeen;
    private bool _leftUnread;

    private void Greet()
    {
        var replies = ThreadBuffers.TakeReplies();
        var step = _session.Start(replies, _context.Now());
        Converse(step.Action, moreExpected: false, replies);
    }

    private void OnReceived()
    {
        if (!IsReceived(out var octets, out var wasFull))
        {
            Lost(SocketError);
            return;
        }

        var replies = ThreadBuffers.TakeReplies();
        Converse(Feed(_received.With(octets), replies), wasFull, replies);
    }

    private void Converse(SessionAction action, bool moreExpected) => Converse(action, moreExpected, ThreadBuffers.TakeReplies());

    /// <summary>Does what the session asks for until there is something to wait for.</summary>
    /// <param name="action">What the session asked for.</param>
    /// <param name="moreExpected">Whether the last receive was filled, so that the socket probably holds more.</param>
    /// <param name="replies">What is to be sent; given back here.</param>
    private void Converse(SessionAction action, bool moreExpected, ReplyBuffer replies)
    {
        var budget = TurnBudget;
        var going = true;
        while (going)
        {
            if (action == SessionAction.Read && moreExpected && budget > 0)
            {
                going = ReceiveIntoScratch(replies, ref action, ref moreExpected, ref budget);
                continue;
            }

            if (action == SessionAction.StartTls && !DropPlaintext())
            {
                going = false;
                continue;
            }

            going = TrySend(replies, action) && Act(replies, ref action, ref moreExpected, ref budget);
        }

        ThreadBuffers.Return(replies);
    }

    /// <summary>Carries out what the session asked for, all replies being sent. False when there is something to wait for.</summary>
    private bool Act(ReplyBuffer replies, ref SessionAction action, ref bool moreExpected, ref int budget)
    {
        switch (action)
        {
            case SessionAction.Read when moreExpected:
                _phase = ConnectionPhase.Yielded;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return false;
            case SessionAction.Read when _stopSeen != _context.StopPhase:
                action = AskSession(replies);
                return true;
            case SessionAction.Read:
                if (Receive())
                {
                    return false;
                }

                if (!IsReceived(out var octets, out moreExpected))
                {
                    Lost(SocketError);
                    return false;
                }

                budget -= octets;
                action = Feed(_received.With(octets), replies);
                return true;
            case SessionAction.Flush:
                action = Feed(_received.Held, replies);
                return true;
            case SessionAction.StartTls:
                StartTls();
                return false;
            default:
                Close(clientMaySpeak: _leftUnread || _session.EndReason != SessionEndReason.Quit, receiving: false);
                return false;
        }
    }

    /// <summary>Gives octets to the session; what it left of them is held, unless the dialog in the clear ends here.</summary>
    private SessionAction Feed(ReadOnlySpan<byte> octets, ReplyBuffer replies)
    {
        var step = _session.Advance(octets, replies, _context.Now());
        var rest = octets[step.Consumed..];
        if (step.Action is SessionAction.Close or SessionAction.StartTls)
        {
            _leftUnread = !rest.IsEmpty;
            _received.Release();
        }
        else
        {
            _received.Keep(rest);
        }

        return step.Action;
    }

    private SessionAction AskSession(ReplyBuffer replies)
    {
        _stopSeen = _context.StopPhase;
        var now = _context.Now();
        return _stopSeen == StopPhase.Running
            ? _session.CheckDeadlines(replies, now).Action
            : _session.Shutdown(replies, now, force: _stopSeen >= StopPhase.Forcing).Action;
    }

    /// <summary>Takes what the socket holds into the thread's scratch, behind the unfinished line. False when the connection is over.</summary>
    private bool ReceiveIntoScratch(ReplyBuffer replies, ref SessionAction action, ref bool moreExpected, ref int budget)
    {
        var scratch = ThreadBuffers.Scratch;
        var held = _received.Held.Length;
        _received.Held.CopyTo(scratch);
        var octets = _socket.Receive(scratch.AsSpan(held), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            moreExpected = false;
            return true;
        }

        if (error != SocketError.Success || octets == 0)
        {
            SendNow(replies, out _);
            Lost(error);
            return false;
        }

        _context.Observer.BytesReceived(octets);
        budget -= octets;
        moreExpected = held + octets == scratch.Length;
        action = Feed(scratch.AsSpan(0, held + octets), replies);
        return true;
    }

    /// <summary>Waits for octets. False when the operation completed at once.</summary>
    private bool Receive()
    {
        var room = _received.Free;
        SetBuffer(room.Array, room.Offset, room.Count);
        _phase = ConnectionPhase.Receiving;
        Deadline = _session.Deadline;
        return _socket.ReceiveAsync(this);
    }

    private bool IsReceived(out int octets, out bool wasFull)
    {
        octets = BytesTransferred;
        wasFull = octets == Count;
        if (SocketError != SocketError.Success || octets == 0)
        {
            return false;
        }

        _context.Observer.BytesReceived(octets);
        return true;
    }
}
