using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <content>How a dialog ends: deadlines, a stop of the server, a lost connection.</content>
public abstract partial class MailSession
{
    /// <summary>
    /// Sends a delayed reply when its time has come. Otherwise checks the idle time, the LF that a CR waits for, the
    /// transaction's deadline and the data rate: if one is exceeded, writes the reason and returns <see
    /// cref="SessionAction.Close"/>, else returns <see cref="SessionAction.Read"/>.
    /// </summary>
    public SessionStep CheckDeadlines(ReplyBuffer output, Moment now)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_isWaiting)
        {
            return GoOn(output, now);
        }

        if (_state is SessionState.Upgrading or SessionState.Ended)
        {
            return Conclude();
        }

        if (_state == SessionState.Mute)
        {
            if (now.Milliseconds >= IdleDeadline)
            {
                End(SessionEndReason.Fault);
            }
        }
        else if (now.Milliseconds >= _lineFeedDeadline)
        {
            Say(StandardReplies.BareEnds, output);
            End(SessionEndReason.BareLineEnds);
        }
        else if (now.Milliseconds >= IdleDeadline)
        {
            Say(StandardReplies.IdleTooLong, output);
            End(SessionEndReason.IdleTimeout);
        }
        else if (now.Milliseconds >= TransactionDeadline)
        {
            Say(StandardReplies.TransactionTooLong, output);
            End(SessionEndReason.TransactionTimeout);
        }
        else if (now.Milliseconds >= DataDeadline)
        {
            Say(StandardReplies.DataTooSlow, output);
            End(SessionEndReason.SlowClient);
        }

        return Conclude();
    }

    /// <summary>
    /// The server stops. Outside a transaction (or with <paramref name="force"/>), writes 421 4.3.2 and returns Close; inside one, returns
    /// Read, and the 421 follows at its end. Delayed replies are sent at once, and no further reply is delayed.
    /// </summary>
    public SessionStep Shutdown(ReplyBuffer output, Moment now, bool force)
    {
        ArgumentNullException.ThrowIfNull(output);
        _isStopping = true;
        var hasWaited = _isWaiting;
        if (hasWaited)
        {
            LetGo(output, now);
        }

        if (_state == SessionState.Upgrading)
        {
            // A reply in the clear would break the TLS handshake.
            End(SessionEndReason.Shutdown);
        }
        else if (force || _transaction is null)
        {
            StopNow(output);
        }

        return hasWaited ? ConcludeWait() : Conclude();
    }

    /// <summary>
    /// The connection is gone: reports an open transaction as abandoned and sets the reason, unless one was set before. Must be called at
    /// the end of each dialog, however it ended; calling it more than once does no harm.
    /// </summary>
    public void ConnectionEnded(SessionEndReason reason)
    {
        _isWaiting = false;
        _held.Release();
        End(_state == SessionState.Mute ? SessionEndReason.Fault : reason);
        if (_answers > 0)
        {
            _answers = 0;
            _filters.DialogEnded(_number);
        }
    }

    private long IdleDeadline => _profile.IdleTimeout > 0 ? _lastHeard + _profile.IdleTimeout : long.MaxValue;

    // A chunk that belongs to no transaction may take as long as a transaction.
    private long TransactionDeadline =>
        _profile.TransactionTimeout <= 0 ? long.MaxValue
        : _transaction is { } transaction ? transaction.StartedAt.Milliseconds + transaction.Waited + _profile.TransactionTimeout
        : IsInChunk ? _chunk!.StartedAt + _profile.TransactionTimeout
        : long.MaxValue;

    // The moment at which the octets received so far would fall below the minimum average rate.
    private long DataDeadline
    {
        get
        {
            if (_profile.Options.MinDataRate <= 0 || !IsInData)
            {
                return long.MaxValue;
            }

            return _transaction is { } transaction && (IsScanning || transaction.IsChunked)
                ? DataDeadlineOf(transaction.DataStartedAt.Milliseconds, transaction.Size)
                : DataDeadlineOf(_chunk!.StartedAt, _chunk.Taken);
        }
    }

    private long DataDeadlineOf(long startedAt, long bytes) =>
        startedAt + Math.Max(_profile.DataRateGrace, (bytes * 1000 / _profile.Options.MinDataRate) + 1);

    private protected void UpdateDeadline()
    {
        if (!_isWaiting)
        {
            Deadline = _state is SessionState.Upgrading or SessionState.Ended
                ? long.MaxValue
                : Math.Min(Math.Min(IdleDeadline, _lineFeedDeadline), _transaction is null && !IsInChunk ? long.MaxValue : Math.Min(TransactionDeadline, DataDeadline));
        }
    }

    private protected SessionStep Conclude(int consumed = 0)
    {
        UpdateDeadline();
        var action = _state switch
        {
            _ when _isWaiting => SessionAction.Pause,
            SessionState.Ended => _due == AnswerFault.Reset ? SessionAction.Reset : SessionAction.Close,
            SessionState.Upgrading => SessionAction.StartTls,
            SessionState.Answering => SessionAction.Flush,
            SessionState.Mute when _due == AnswerFault.Stall => SessionAction.Stall,
            _ => SessionAction.Read,
        };
        return new SessionStep(action, consumed);
    }

    private protected void CloseIfAsked(Reply? reply)
    {
        if (reply is { Closes: true })
        {
            _isShut = true;
            End(SessionEndReason.PolicyClosed);
        }
    }

    // The 421 that a stop held back while a transaction was open.
    private protected void StopIfAsked(ReplyBuffer output)
    {
        if (_isStopping && _transaction is null)
        {
            StopNow(output);
        }
    }

    private void StopNow(ReplyBuffer output)
    {
        if (_state == SessionState.Ended)
        {
            return;
        }

        if (_state != SessionState.Mute)
        {
            Say(StandardReplies.ShuttingDown, output);
        }

        End(SessionEndReason.Shutdown);
    }

    private protected virtual void End(SessionEndReason reason)
    {
        if (_state != SessionState.Ended)
        {
            _state = SessionState.Ended;
            EndReason = reason;
            AbandonTransaction();
            UpdateDeadline();
        }
    }
}
