using System.Buffers;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <content>
/// Delayed replies, and faults made on purpose. While a reply is delayed, nothing is taken from the client and no limit on its time runs;
/// <see cref="Deadline"/> is then the time of the reply.
/// </content>
public abstract partial class MailSession
{
    private const int SlowOctetMilliseconds = 1000;

    private HeldReply _held;
    private bool _isWaiting;

    // The fault to apply at the end of a delay; in a session that is mute or has ended, the fault that was applied.
    private AnswerFault _due;

    // Whether a command that got no reply so far gets none now, either.
    private protected bool SaysNothing => _isWaiting || _state is SessionState.Mute or SessionState.Ended;

    // Whether a reply has a delay or a fault: nearly all have neither, and need no further checks.
    private static bool GoesOtherwise(in FilterAnswer answer) => (answer.Delay | (int)answer.Fault) != 0;

    private static bool IsSilent(AnswerFault fault) => fault is >= AnswerFault.Drop and <= AnswerFault.Stall;

    private void WaitUntil(long time, AnswerFault due)
    {
        _isWaiting = true;
        _due = due;
        Deadline = time;
    }

    // Delays what was written last, from an offset in the output on. The reply is the one of which it is
    // the end, or null where something else was written.
    private void Hold(Reply? reply, int start, int delay, AnswerFault fault, ReplyBuffer output, in Moment now)
    {
        var isSlow = fault == AnswerFault.SlowReply;
        if (_isStopping || (delay <= 0 && !isSlow))
        {
            return;
        }

        _held.Keep(reply, output.Pending[start..]);
        output.Cut(start);
        WaitUntil(now.Milliseconds + Math.Max(delay, 0), isSlow ? fault : AnswerFault.None);
        if (delay <= 0)
        {
            LetGo(output, now);
        }
    }

    // Sends no reply, and applies the fault once the delay is over.
    private void Withhold(int delay, AnswerFault fault, in Moment now)
    {
        if (delay > 0 && !_isStopping)
        {
            WaitUntil(now.Milliseconds + delay, fault);
        }
        else
        {
            FallSilent(fault);
        }
    }

    private void FallSilent(AnswerFault fault)
    {
        _due = fault;
        if (fault is AnswerFault.Hang or AnswerFault.Stall && !_isStopping)
        {
            AbandonTransaction();
            _state = SessionState.Mute;
        }
        else
        {
            End(SessionEndReason.Fault);
        }
    }

    // Sends what was delayed: all of it, or as many octets of a slow reply as are due.
    private void LetGo(ReplyBuffer output, in Moment now)
    {
        if (_due == AnswerFault.SlowReply && !_isStopping)
        {
            var octets = 1 + ((now.Milliseconds - Deadline) / SlowOctetMilliseconds);
            if (octets < _held.Length)
            {
                _held.WriteTo(output, (int)octets);
                Deadline += octets * SlowOctetMilliseconds;
                return;
            }
        }

        _held.WriteTo(output, _held.Length);
        _isWaiting = false;
        if (_transaction is { } transaction)
        {
            transaction.Waited += now.Milliseconds - _lastHeard;
        }

        _lastHeard = now.Milliseconds;
        var due = _due;
        _due = AnswerFault.None;
        if (IsSilent(due))
        {
            FallSilent(due);
        }
    }

    // Called when the delay may be over.
    private SessionStep GoOn(ReplyBuffer output, in Moment now)
    {
        if (now.Milliseconds >= Deadline)
        {
            LetGo(output, now);
        }

        return ConcludeWait();
    }

    // Octets that were not consumed come after the delayed reply.
    private SessionStep ConcludeWait()
    {
        var step = Conclude();
        return step.Action == SessionAction.Read && _state != SessionState.Mute ? step with { Action = SessionAction.Flush } : step;
    }
}

/// <summary>
/// The end of a delayed reply. For one that is the same in every dialog it refers to the
/// reply's own octets, for others to an array from the pool.
/// </summary>
internal struct HeldReply
{
    private object? _source;
    private int _start;
    private int _end;

    public readonly int Length => _end - _start;

    /// <summary>Holds octets, in place of those held before.</summary>
    /// <param name="reply">The reply of which they are the end; null when they are not.</param>
    /// <param name="octets">May be empty.</param>
    public void Keep(Reply? reply, ReadOnlySpan<byte> octets)
    {
        Release();
        if (octets.IsEmpty)
        {
            return;
        }

        if (reply is FixedReply whole)
        {
            _source = whole;
            _end = whole.Bytes.Length;
            _start = _end - octets.Length;
            return;
        }

        var array = ArrayPool<byte>.Shared.Rent(octets.Length);
        octets.CopyTo(array);
        _source = array;
        _end = octets.Length;
    }

    /// <summary>Writes the next octets.</summary>
    /// <param name="output">Receives them.</param>
    /// <param name="octets">How many, 0 to <see cref="Length"/>.</param>
    public void WriteTo(ReplyBuffer output, int octets)
    {
        if (_source is { } source)
        {
            output.Write((source is FixedReply reply ? reply.Bytes : (byte[])source).Slice(_start, octets));
            _start += octets;
        }

        if (_start == _end)
        {
            Release();
        }
    }

    /// <summary>Holds nothing any more.</summary>
    public void Release()
    {
        if (_source is byte[] array)
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        _source = null;
        _start = _end = 0;
    }
}
