using SmartSink.Watching;

namespace SmartSink.Auth;

/// <summary>A file of users cannot be used.</summary>
/// <param name="lines">A line for each mistake, with file, line and column.</param>
/// <param name="cause">What was thrown below.</param>
internal sealed class UserListException(IReadOnlyList<string> lines, Exception? cause = null) : FilesRejectedException(lines, cause);
