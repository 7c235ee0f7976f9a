using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>
/// The message itself: DATA and BDAT (RFC 3030). A chunk is answered when its octets have arrived, even a refused one: they are dropped, so
/// that none of them is ever taken for a command.
/// </content>
public sealed partial class SmtpSession
{
    private void Data(Command command, ReplyBuffer output, in Moment now)
    {
        if (_transaction is not { } transaction)
        {
            AskForMail(output);
        }
        else if (command.Error != SyntaxError.None)
        {
            Fail(StandardReplies.NoArgumentAllowed, output);
        }
        else if (transaction.AcceptedCount == 0)
        {
            Fail(NoRecipients(transaction), output);
        }
        else if (transaction.IsChunked)
        {
            Fail(StandardReplies.MessageBegun, output);
        }
        else if (transaction.IsBinary)
        {
            Fail(StandardReplies.BinaryNeedsBdat, output);
        }
        else if (!IsDataDenied(output))
        {
            transaction.BeginData(now);
            _state = SessionState.Data;
            Say(StandardReplies.SendData, output);
        }
    }

    // RFC 5321 section 3.3 leaves the choice; RFC 2920 section 3.1 requires that DATA fail when no recipient is
    // left, and RFC 2033 section 4.2 specifies the code.
    private FixedReply NoRecipients(MailTransaction transaction) =>
        !transaction.HasRefused ? StandardReplies.RcptFirst
        : IsLmtp ? StandardReplies.NoRecipientLeft
        : StandardReplies.NoValidRecipients;

    private int TakeData(ReadOnlySpan<byte> input, ReplyBuffer output, in Moment now)
    {
        var transaction = _transaction!;
        var isWhole = transaction.Scanner.Scan(input, out var consumed);
        if (transaction.IsReading)
        {
            transaction.Read(input[..consumed], isWhole);
        }

        if (isWhole)
        {
            NoteWhatIsBehindMessage(input.Length - consumed);
            _state = SessionState.Greeted;
            _messages++;
            EndMessage(transaction, each: IsLmtp, output, now);
        }

        return consumed;
    }

    private void Bdat(Command command, ReplyBuffer output, in Moment now)
    {
        if (!Knows(SmtpExtensions.Chunking))
        {
            Fail(StandardReplies.NotImplemented, output);
            return;
        }

        var error = BdatArguments.Parse(command.Argument, out var arguments);
        if (error == SyntaxError.BadArgument)
        {
            Say(StandardReplies.ChunkSizeUnknown, output);
            End(SessionEndReason.OutOfStep);
            return;
        }

        var refusal = RefusalOfChunk(error);
        if (refusal is null)
        {
            _transaction!.BeginChunks(now);
        }

        _chunk ??= new Chunk();
        _chunk.Begin(arguments.Size, arguments.IsLast, refusal, now.Milliseconds);
        if (arguments.Size == 0)
        {
            EndChunk(_chunk, output, now);
        }
    }

    private FixedReply? RefusalOfChunk(SyntaxError error) => _state switch
    {
        SessionState.Refused => StandardReplies.ServiceRefused,
        SessionState.Connected => HelloFirst,
        _ when !_isExtended => EhloFirst,
        _ when _transaction is null => StandardReplies.MailFirst,
        _ when error != SyntaxError.None => StandardReplies.BdatSyntax,
        _ when _transaction.AcceptedCount == 0 => NoRecipients(_transaction),
        _ => null,
    };

    // The end of a message or chunk may be followed by commands where PIPELINING is offered (RFC 2920 section 3.1).
    private void NoteWhatIsBehindMessage(int octets)
    {
        if (octets > 0 && !OffersPipelining)
        {
            _faults |= ProtocolFaults.UnofferedPipelining;
        }
    }

    private int TakeChunk(ReadOnlySpan<byte> input, ReplyBuffer output, in Moment now)
    {
        var bytes = (int)Math.Min(_chunk!.Left, input.Length);
        if (_chunk.Refusal is null && _transaction!.IsReading)
        {
            _transaction.Read(input[..bytes], bytes == _chunk.Left);
        }

        if (bytes == _chunk.Left)
        {
            NoteWhatIsBehindMessage(input.Length - bytes);
        }

        TakeChunk(bytes, output, now);
        return bytes;
    }

    private protected override void TakeChunk(long bytes, ReplyBuffer output, in Moment now)
    {
        var chunk = _chunk!;
        chunk.Take(bytes);
        if (chunk.Refusal is null)
        {
            _transaction!.TakeChunk(bytes);
        }

        if (chunk.Left == 0)
        {
            EndChunk(chunk, output, now);
        }
    }

    private void EndChunk(Chunk chunk, ReplyBuffer output, in Moment now)
    {
        if (chunk.Refusal is { } refusal)
        {
            RefuseChunk(chunk, refusal, output);
        }
        else if (chunk.IsLast || IsTooBig(_transaction!))
        {
            // Beyond the limit the message is over at once: the client must not send any more of it (RFC 3030 section 2). A chunk that is
            // not the last gets a single reply even with LMTP.
            _messages++;
            _isMailRefused = true;
            EndMessage(_transaction!, each: IsLmtp && chunk.IsLast, output, now);
        }
        else
        {
            _transaction!.EndReading();
            Say(StandardReplies.ChunkTaken, output);
        }

        _isMailRefused &= !chunk.IsLast;
    }

    // Chunks that were already on their way when the chunk before them or the whole envelope was refused are not the client's error (RFC
    // 3030 section 2: "already in the pipeline"). Empty chunks are no part of a message.
    private void RefuseChunk(Chunk chunk, FixedReply refusal, ReplyBuffer output)
    {
        if (refusal == StandardReplies.MailFirst && (chunk.Taken > 0 || chunk.IsLast))
        {
            AskForMail(output);
            return;
        }

        Fail(refusal, output);
        if (refusal == StandardReplies.BdatSyntax)
        {
            // The message lacks these octets from here on: it has failed (RFC 3030 section 2), and what
            // is left of it must not be accepted as the message.
            AbandonTransaction();
            _isMailRefused = true;
            StopIfAsked(output);
        }
    }
}

/// <summary>A BDAT whose octets are arriving (RFC 3030 section 2). One for each session, reused.</summary>
internal sealed class Chunk
{
    // How many octets are still to come; 0 when there is no current chunk.
    public long Left { get; private set; }

    public long Taken { get; private set; }

    /// <summary>The <see cref="Moment.Milliseconds"/> of the command.</summary>
    public long StartedAt { get; private set; }

    public bool IsLast { get; private set; }

    /// <summary>The reply once its octets have been dropped, if it is not part of a message; null if it is.</summary>
    public FixedReply? Refusal { get; private set; }

    public void Begin(long size, bool isLast, FixedReply? refusal, long now)
    {
        Left = size;
        Taken = 0;
        StartedAt = now;
        IsLast = isLast;
        Refusal = refusal;
    }

    public void Take(long bytes)
    {
        Left -= bytes;
        Taken += bytes;
    }
}
