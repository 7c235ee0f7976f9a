namespace SmartSink.Http;

/// <summary>What became of the last change of the policy's files, in /readyz.</summary>
/// <param name="Result">applied, rejected or unchanged.</param>
/// <param name="At">When.</param>
/// <param name="Diagnostics">What was found, each as <c>file(line,col): error: message</c>.</param>
internal sealed record LastReloadReport(string Result, DateTimeOffset At, IReadOnlyList<string> Diagnostics);
