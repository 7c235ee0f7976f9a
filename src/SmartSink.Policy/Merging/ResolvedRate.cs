using SmartSink.Policy.Documents;

namespace SmartSink.Policy.Merging;

/// <summary>A rate with everything inherited filled in.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="Owner">The entry that gives it; null when no file gives one.</param>
/// <param name="Place">Where it stands; null when no file gives one.</param>
internal readonly record struct ResolvedRate(decimal Percent, MergedDomain? Owner, Place? Place);
