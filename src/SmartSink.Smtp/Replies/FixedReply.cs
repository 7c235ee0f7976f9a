using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Replies;

/// <summary>A reply that is the same in every dialog: encoded once, copied on each use.</summary>
public sealed class FixedReply : Reply
{
    private readonly byte[] _octets;

    /// <summary>Encodes a reply.</summary>
    /// <param name="code">200 to 599.</param>
    /// <param name="enhanced">The enhanced code, repeated on each line; the default value for none.</param>
    /// <param name="text">UTF-8; lines end at LF or CRLF, a long one is wrapped at 512 octets, other control characters become <c>?</c>.</param>
    /// <param name="closes">Whether the connection is closed after it; null for the rule of RFC 5321 section 3.8: only after 421.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code is outside 200 to 599.</exception>
    public FixedReply(int code, EnhancedStatusCode enhanced, ReadOnlySpan<byte> text, bool? closes = null)
        : base(code, closes ?? code == 421)
    {
        var buffer = new ReplyBuffer(text.Length + 64);
        ReplyWriter.Write(buffer, code, enhanced, text);
        _octets = buffer.Pending.ToArray();
    }

    /// <summary>The reply as it goes onto the wire.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <inheritdoc/>
    public override void WriteTo(ReplyBuffer output, in DialogFacts facts)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(_octets);
    }
}
