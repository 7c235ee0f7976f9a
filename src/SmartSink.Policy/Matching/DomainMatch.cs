namespace SmartSink.Policy.Matching;

/// <summary>The entry that holds for a domain.</summary>
/// <param name="Entry">0 when only the default holds.</param>
/// <param name="IsExact">Whether the entry names the domain itself, not a pattern.</param>
/// <param name="Hash">The domain's <see cref="ByteHash"/>.</param>
internal readonly record struct DomainMatch(int Entry, bool IsExact, ulong Hash);
