namespace SmartSink.Smtp.Client;

/// <summary>How far a reply is.</summary>
internal enum ReplyParseStatus
{
    /// <summary>All input is consumed and the reply goes on.</summary>
    Incomplete,

    /// <summary>The reply is whole.</summary>
    Complete,

    /// <summary>What came is not a reply; nothing more can be read.</summary>
    Malformed,
}
