namespace SmartSink.Policy.Explaining;

/// <summary>How a domain came to its entry.</summary>
public enum MatchKind : byte
{
    /// <summary>No entry names it: <c>[default]</c> and the replies of <c>"*"</c> hold.</summary>
    Default,

    /// <summary>An entry names the domain itself.</summary>
    Exact,

    /// <summary>The longest pattern that fits.</summary>
    Pattern,
}
