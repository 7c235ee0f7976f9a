using System.Runtime.CompilerServices;
using SmartSink.Smtp.Replies;
using SmartSink.TrafficGen.Messages;

namespace SmartSink.TrafficGen.Sending;

/// <content>A message on its way: gathered into one send where it fits, else sent from where its text lies.</content>
internal sealed partial class SmtpSender
{
    /// <summary>As much of a text is gathered behind its header, so that a message leaves in one send where there is room for it.</summary>
    private const int Gathered = 128 * 1024;

    /// <summary>What is left of a gathered message is copied up to this length: a connection that must wait shall not hold more.</summary>
    private const int MostCopied = 32 * 1024;

    /// <summary>How much of a longer text is sent at once.</summary>
    private const int Part = 256 * 1024;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendMessageAsync(Connection connection, ReplyBuffer output)
    {
        var draft = _draft!;
        if (draft.Whole is { } whole)
        {
            await connection.SendCopyAsync(output.Pending);
            await connection.SendAsync(whole.Wire);
            return;
        }

        output.Write(draft.Header.Pending);
        var head = output.Length;
        var isWhole = Gather(draft, output);
        var left = connection.SendNow(output.Pending).Length;
        if (isWhole && left <= MostCopied)
        {
            await connection.SendCopyAsync(output.Pending[^left..]);
            return;
        }

        // The rest of the text goes from where it lies. Nothing of the thread's buffer outlives a call; after it, another thread may go on.
        var gone = output.Length - left;
        if (gone < head)
        {
            await connection.SendCopyAsync(output.Pending[gone..head]);
        }

        for (var sent = Math.Max(gone - head, 0); sent < draft.TextLength;)
        {
            var part = _run.Messages.Text(draft, sent, Part);
            await connection.SendAsync(part);
            sent += part.Length;
        }

        var end = ThreadBuffer.Take();
        _run.Messages.WriteEnd(draft, end);
        await connection.SendCopyAsync(end.Pending);
    }

    // Whether the message is there to its end.
    private bool Gather(Draft draft, ReplyBuffer output)
    {
        for (var taken = 0; taken < Math.Min(draft.TextLength, Gathered);)
        {
            var part = _run.Messages.Text(draft, taken, Gathered - taken);
            output.Write(part.Span);
            taken += part.Length;
        }

        if (draft.TextLength > Gathered)
        {
            return false;
        }

        _run.Messages.WriteEnd(draft, output);
        return true;
    }
}

/// <summary>The buffer in which a thread gathers what it sends next. Never held across an await.</summary>
internal static class ThreadBuffer
{
    [ThreadStatic]
    private static ReplyBuffer? _buffer;

    /// <summary>This thread's buffer, empty.</summary>
    public static ReplyBuffer Take()
    {
        var buffer = _buffer ??= new ReplyBuffer(8 * 1024);
        buffer.Clear();
        return buffer;
    }
}
