namespace SmartSink.Watching;

/// <summary>What one look at the files came to.</summary>
internal enum PollOutcome
{
    /// <summary>Nothing has changed.</summary>
    Same,

    /// <summary>Something has changed, perhaps only half: it is read when the next look finds it as it is now.</summary>
    Unsettled,

    /// <summary>The change was read.</summary>
    Read,
}
