using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Replies;

/// <summary>
/// One whole reply, perhaps of several lines (RFC 5321 section 4.2). Immutable and shared by all sessions;
/// its octets are encoded once, and only the parts that depend on a dialog are formatted per use.
/// </summary>
public abstract class Reply
{
    /// <summary>Starts a reply with a code.</summary>
    /// <param name="code">200 to 599.</param>
    /// <param name="closes">Whether the connection is closed after the reply went out.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code is outside 200 to 599.</exception>
    protected Reply(int code, bool closes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(code, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, 599);
        Code = code;
        Closes = closes;
    }

    /// <summary>The reply code, 200 to 599.</summary>
    public int Code { get; }

    /// <summary>Whether the connection is closed after this reply (always so for 421, RFC 5321 section 3.8, unless the policy says otherwise).</summary>
    public bool Closes { get; }

    /// <summary>What a recipient or message that gets this reply counts as: by the code's first digit.</summary>
    public Outcome Outcome => Code switch { < 400 => Outcome.Accepted, < 500 => Outcome.TempFail, _ => Outcome.PermFail };

    /// <summary>
    /// Appends the reply's lines, each ended by CRLF and at most 512 octets long (RFC 5321 section 4.5.3.1.5).
    /// Values taken from <paramref name="facts"/> never bring a control character onto the wire.
    /// </summary>
    public abstract void WriteTo(ReplyBuffer output, in SessionFacts facts);
}
