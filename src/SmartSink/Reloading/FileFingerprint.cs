namespace SmartSink.Reloading;

/// <summary>How a set of files looked at one moment; two that are equal saw the same.</summary>
/// <param name="Digest">A digest of names, sizes, times, link targets and the contents of small files.</param>
/// <param name="Newest">The youngest time of change among files and folders.</param>
internal readonly record struct FileFingerprint(string Digest, DateTime Newest);
