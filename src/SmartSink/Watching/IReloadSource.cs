namespace SmartSink.Watching;

/// <summary>What one reading of files came to.</summary>
/// <param name="Value">What they say, whole; null when they cannot be used.</param>
/// <param name="Files">Which they are, as far as that was found out.</param>
/// <param name="At">When the reading began.</param>
/// <param name="Diagnostics">A line for the operator for everything that is wrong or doubtful in them.</param>
internal sealed record Reading<T>(T? Value, WatchedFiles Files, DateTimeOffset At, IReadOnlyList<string> Diagnostics)
    where T : class
{
    /// <summary>Whether the value is not from the files, which cannot be used, but one that was kept earlier.</summary>
    public bool IsKept { get; init; }
}

/// <summary>Reads something from files, and says what becomes of it when they change. One thread at a time.</summary>
internal interface IReloadSource<T>
    where T : class
{
    Reading<T> Read();

    /// <summary>Whether nobody could tell the two apart, so that putting the second in force would be no change.</summary>
    bool AreSame(T first, T second);

    /// <summary>
    /// What the second lacks that the first has, in a few words: "1 of 3 users"; null when it lacks nothing. Files lose something by an edit, but
    /// also as long as they are being written: so it is looked at once more before it is believed, and then warned of.
    /// </summary>
    string? LossBetween(T first, T second) => null;

    /// <summary>Says that the reading is in force.</summary>
    void TellApplied(Reading<T> reading);

    /// <summary>Says that the changed files are of no use.</summary>
    /// <param name="reading">With a line for each mistake in them.</param>
    /// <param name="inForce">What stays in force.</param>
    void TellRejected(Reading<T> reading, T inForce);

    /// <summary>Says that the files were written to and mean what is in force already.</summary>
    void TellUnchanged(T inForce)
    {
    }
}
