using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <summary>A BDAT whose octets are on their way (RFC 3030 section 2). One for a session, used again and again.</summary>
internal sealed class Chunk
{
    /// <summary>How many octets are still to come; 0 when none is under way.</summary>
    public long Left { get; private set; }

    /// <summary>How many have come.</summary>
    public long Taken { get; private set; }

    /// <summary>The <see cref="Moment.Milliseconds"/> of the command.</summary>
    public long StartedAt { get; private set; }

    /// <summary>Whether the message ends with it.</summary>
    public bool IsLast { get; private set; }

    /// <summary>The reply once its octets have been dropped, when it is none of a message; null when it is.</summary>
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
