namespace SmartSink.Smtp.Auth;

/// <summary>How an attempt to authenticate ended; the same word (in snake case) stands in the log and the metric.</summary>
public enum AuthResult : byte
{
    /// <summary>235.</summary>
    Accepted,

    /// <summary>535: name and secret do not go together.</summary>
    Refused,

    /// <summary>454: it could not be looked up for now.</summary>
    TempFail,

    /// <summary>501: the client gave it up.</summary>
    Cancelled,

    /// <summary>500 or 501: a response broke the base64, the mechanism's form, or a line's limits.</summary>
    Malformed,
}
