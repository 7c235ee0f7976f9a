using SmartSink.Policy.Documents;

namespace SmartSink.Policy.Merging;

/// <summary>Whether an entry's recipients need TLS, and who says it.</summary>
/// <param name="IsRequired">False when nobody says anything.</param>
/// <param name="Owner">The entry that says it; null when nobody does.</param>
/// <param name="Place">Where it stands.</param>
internal readonly record struct ResolvedTls(bool IsRequired, MergedDomain? Owner, Place? Place);
