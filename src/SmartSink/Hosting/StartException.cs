namespace SmartSink.Hosting;

/// <summary>The process cannot start, for a reason that its operator can mend.</summary>
/// <param name="exitCode">What the process ends with.</param>
/// <param name="lines">What goes to standard error.</param>
/// <param name="cause">What was thrown below.</param>
internal sealed class StartException(int exitCode, IReadOnlyList<string> lines, Exception? cause = null)
    : Exception(string.Join('\n', lines), cause)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode => exitCode;

    /// <summary>What goes to standard error.</summary>
    public IReadOnlyList<string> Lines => lines;
}
