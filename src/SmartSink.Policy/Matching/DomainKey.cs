namespace SmartSink.Policy.Matching;

/// <summary>The name of a domain's entry in the file, normalised.</summary>
/// <param name="Domain">Lower case, A-labels, without a final dot; of a pattern only what stands behind <c>*.</c>; empty for <c>*</c>.</param>
/// <param name="IsPattern">Whether the name is <c>*.</c> and a domain.</param>
internal readonly record struct DomainKey(string Domain, bool IsPattern)
{
    /// <summary>What a pattern starts with.</summary>
    public const string PatternStart = "*.";

    /// <summary>The key <c>*</c>: what holds for every other domain.</summary>
    public static readonly DomainKey Fallback = new(string.Empty, IsPattern: false);

    /// <summary>Whether this is <c>*</c>.</summary>
    public bool IsFallback => Domain.Length == 0;

    /// <summary>The name as it stands in metrics and explanations.</summary>
    public override string ToString() => IsFallback ? "*" : IsPattern ? PatternStart + Domain : Domain;
}
