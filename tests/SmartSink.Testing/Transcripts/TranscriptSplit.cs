namespace SmartSink.Testing.Transcripts;

/// <summary>In what pieces the client's octets reach the server.</summary>
public enum TranscriptSplit
{
    /// <summary>Everything up to the next TLS, TIME, POLICY or CLOSE at once, replies awaited or not.</summary>
    Whole,

    /// <summary>A line at a time, the replies read in between.</summary>
    Line,

    /// <summary>An octet at a time.</summary>
    Octet,
}
