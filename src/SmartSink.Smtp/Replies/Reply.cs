namespace SmartSink.Smtp.Replies;

/// <summary>
/// One whole reply, of one or more lines (RFC 5321 section 4.2). Immutable and shared by all sessions: its octets are encoded once, and
/// only the parts that depend on a dialog are formatted for each use.
/// </summary>
public abstract class Reply
{
    private const int CodeLength = 3;

    /// <summary>Starts a reply with a code.</summary>
    /// <param name="code">200 to 599.</param>
    /// <param name="closes">Whether the connection is closed after the reply was sent.</param>
    /// <param name="label">Why it refuses; null to derive it from the code.</param>
    /// <param name="encoding">The encoding of its text; null for UTF-8.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code is outside 200 to 599.</exception>
    protected Reply(int code, bool closes, ReplyLabel? label = null, ReplyEncoding? encoding = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(code, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, 599);
        Code = code;
        Closes = closes;
        Label = label ?? ReplyLabels.Of(code, default);
        Encoding = encoding;
    }

    /// <summary>The reply code, 200 to 599.</summary>
    public int Code { get; }

    /// <summary>
    /// Whether the connection is closed after this reply (always so for 421, RFC 5321 section 3.8, unless the policy says otherwise).
    /// </summary>
    public bool Closes { get; }

    /// <summary>Why the reply refuses; meaningless for a positive reply.</summary>
    public ReplyLabel Label { get; }

    /// <summary>The encoding of its text; null for UTF-8.</summary>
    public ReplyEncoding? Encoding { get; }

    /// <summary>The outcome of a recipient or message that gets this reply: by the code's first digit.</summary>
    public Outcome Outcome => Code switch { < 400 => Outcome.Accepted, < 500 => Outcome.TempFail, _ => Outcome.PermFail };

    /// <summary>
    /// The text for people: lines without their codes, joined by LF; parts that depend on a dialog are shown as placeholders in braces.
    /// </summary>
    public virtual string ToText()
    {
        var output = new ReplyBuffer(ReplyWriter.MaxLineLength);
        WriteTo(output, new SessionFacts { LocalPart = "{local_part}"u8, TransactionId = "{id}"u8 });
        var lines = (Encoding?.Characters ?? System.Text.Encoding.UTF8).GetString(output.Pending).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', lines.Select(line => line.Length > CodeLength ? line[(CodeLength + 1)..] : string.Empty));
    }

    /// <summary>
    /// Appends the reply's lines, each ended by CRLF and at most 512 octets long (RFC 5321 section 4.5.3.1.5).
    /// Values taken from <paramref name="facts"/> never bring a control character onto the wire.
    /// </summary>
    public abstract void WriteTo(ReplyBuffer output, in SessionFacts facts);
}

/// <summary>An enhanced mail system status code, class.subject.detail (RFC 3463 section 2).</summary>
/// <param name="Class">2, 4 or 5; 0 in the default value, which means "none".</param>
/// <param name="Subject">0 to 999.</param>
/// <param name="Detail">0 to 999.</param>
public readonly record struct EnhancedStatusCode(byte Class, ushort Subject, ushort Detail)
{
    /// <summary>False for the default value: a reply that carries no enhanced code.</summary>
    public bool IsPresent => Class != 0;

    /// <inheritdoc/>
    public override string ToString() => IsPresent ? $"{Class}.{Subject}.{Detail}" : string.Empty;
}

/// <summary>A reply that is the same in every dialog: encoded once, copied on each use.</summary>
public sealed class FixedReply : Reply
{
    private readonly byte[] _bytes;

    /// <summary>Encodes a text.</summary>
    /// <param name="code">200 to 599.</param>
    /// <param name="enhanced">The enhanced code, repeated on each line; the default value for none.</param>
    /// <param name="text">UTF-8; lines end at LF, a long line is wrapped at 512 octets, control characters become <c>?</c>.</param>
    /// <param name="closes">Whether the connection is closed after it; null for the rule of RFC 5321 section 3.8: only after 421.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code is outside 200 to 599.</exception>
    public FixedReply(int code, EnhancedStatusCode enhanced, ReadOnlySpan<byte> text, bool? closes = null)
        : base(code, closes ?? code == 421, ReplyLabels.Of(code, enhanced))
    {
        var buffer = new ReplyBuffer(text.Length + 64);
        var writer = new ReplyWriter(buffer, code, stackalloc byte[ReplyWriter.MaxLineLength]);
        var prefix = System.Text.Encoding.ASCII.GetBytes(enhanced.IsPresent ? $"{enhanced} " : string.Empty);
        foreach (var line in text.Split((byte)'\n'))
        {
            writer.BeginLine(prefix);
            writer.AppendValue(text[line]);
        }

        writer.Finish();
        _bytes = buffer.Pending.ToArray();
    }

    private FixedReply(Reply reply, byte[] bytes)
        : base(reply.Code, reply.Closes, reply.Label, reply.Encoding) => _bytes = bytes;

    /// <summary>The reply as it is sent.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <inheritdoc/>
    public override void WriteTo(ReplyBuffer output, in SessionFacts facts)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(_bytes);
    }

    /// <summary>Encodes a reply that does not depend on the dialog.</summary>
    /// <param name="reply">The reply to encode.</param>
    public static FixedReply Of(Reply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        var buffer = new ReplyBuffer(ReplyWriter.MaxLineLength);
        reply.WriteTo(buffer, facts: default);
        return new FixedReply(reply, buffer.Pending.ToArray());
    }
}

/// <summary>The protocol's own positive reply at end of data; it contains the transaction's id, which is also in the log.</summary>
internal sealed class MessageAcceptedReply() : Reply(250, closes: false)
{
    public override void WriteTo(ReplyBuffer output, in SessionFacts facts)
    {
        output.Write("250 2.0.0 Ok: taken as "u8);
        output.Write(facts.TransactionId);
        output.Write("\r\n"u8);
    }
}
