using System.Text;
using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Replies;

/// <summary>A reply that is the same in every dialog: encoded once, copied on each use.</summary>
public sealed class FixedReply : Reply
{
    private readonly byte[] _bytes;

    /// <summary>Encodes a text.</summary>
    /// <param name="code">200 to 599.</param>
    /// <param name="enhanced">The enhanced code, repeated on each line; the default value for none.</param>
    /// <param name="text">UTF-8; lines end at LF, a long one is wrapped at 512 octets, control characters become <c>?</c>.</param>
    /// <param name="closes">Whether the connection is closed after it; null for the rule of RFC 5321 section 3.8: only after 421.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code is outside 200 to 599.</exception>
    public FixedReply(int code, EnhancedStatusCode enhanced, ReadOnlySpan<byte> text, bool? closes = null)
        : base(code, closes ?? code == 421)
    {
        var buffer = new ReplyBuffer(text.Length + 64);
        var writer = new ReplyWriter(buffer, code, stackalloc byte[ReplyWriter.MaxLineLength]);
        var prefix = Encoding.ASCII.GetBytes(enhanced.IsPresent ? $"{enhanced} " : string.Empty);
        foreach (var line in text.Split((byte)'\n'))
        {
            writer.BeginLine(prefix);
            writer.AppendValue(text[line]);
        }

        writer.Finish();
        _bytes = buffer.Pending.ToArray();
    }

    private FixedReply(int code, bool closes, byte[] bytes)
        : base(code, closes) => _bytes = bytes;

    /// <summary>The reply as it goes onto the wire.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <inheritdoc/>
    public override void WriteTo(ReplyBuffer output, in SessionFacts facts)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(_bytes);
    }

    /// <summary>Encodes a reply that depends on no fact of a dialog.</summary>
    /// <param name="reply">Gives code, lines and whether it closes.</param>
    public static FixedReply Of(Reply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        var buffer = new ReplyBuffer(ReplyWriter.MaxLineLength);
        reply.WriteTo(buffer, facts: default);
        return new FixedReply(reply.Code, reply.Closes, buffer.Pending.ToArray());
    }
}
