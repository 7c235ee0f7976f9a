namespace SmartSink.Policy.Documents;

/// <summary>Which of a domain's lists a reply stands in.</summary>
public enum ReplyKind : byte
{
    /// <summary><c>[[bounce."…"]]</c>.</summary>
    Bounce,

    /// <summary><c>[[defer."…"]]</c>.</summary>
    Defer,

    /// <summary><c>[[tls."…"]]</c>: for clients in the clear, where TLS is required.</summary>
    Tls,
}
