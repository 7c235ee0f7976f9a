namespace SmartSink.Authentication;

/// <summary>A file of users cannot be used.</summary>
/// <param name="lines">A line for each mistake, with file, line and column.</param>
/// <param name="cause">What was thrown below.</param>
internal sealed class UserListException(IReadOnlyList<string> lines, Exception? cause = null) : Exception(string.Join('\n', lines), cause)
{
    /// <summary>A line for each mistake.</summary>
    public IReadOnlyList<string> Lines => lines;
}
