namespace SmartSink.Policy.Documents;

/// <summary>Which of a domain's two lists a reply stands in.</summary>
public enum ReplyKind : byte
{
    /// <summary><c>[[bounce."…"]]</c>.</summary>
    Bounce,

    /// <summary><c>[[defer."…"]]</c>.</summary>
    Defer,
}
