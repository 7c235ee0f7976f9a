namespace SmartSink.Watching;

/// <summary>What became of a change of the policy's files.</summary>
internal enum ReloadResult
{
    /// <summary>The new policy is in force.</summary>
    Applied,

    /// <summary>It has mistakes; the one before it stays in force.</summary>
    Rejected,

    /// <summary>The files say what is in force already.</summary>
    Unchanged,
}
