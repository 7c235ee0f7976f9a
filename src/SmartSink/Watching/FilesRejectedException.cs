namespace SmartSink.Watching;

/// <summary>Files cannot be used as they are.</summary>
/// <param name="lines">A line for the operator for each mistake in them.</param>
/// <param name="cause">What was thrown below.</param>
internal abstract class FilesRejectedException(IReadOnlyList<string> lines, Exception? cause) : Exception(string.Join('\n', lines), cause)
{
    /// <summary>A line for each mistake.</summary>
    public IReadOnlyList<string> Lines => lines;
}
