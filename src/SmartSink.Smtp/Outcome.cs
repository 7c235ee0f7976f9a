namespace SmartSink.Smtp;

/// <summary>What became of a recipient or a message, by the first digit of the reply that decided it (RFC 5321 section 4.2.1).</summary>
public enum Outcome : byte
{
    /// <summary>2yz: the sink has taken the mail (and thrown it away).</summary>
    Accepted,

    /// <summary>4yz: refused for now.</summary>
    TempFail,

    /// <summary>5yz: refused for good.</summary>
    PermFail,
}
