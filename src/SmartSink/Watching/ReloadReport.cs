using SmartSink.Policy;

namespace SmartSink.Watching;

/// <summary>A look at changed files.</summary>
/// <param name="result">What became of them.</param>
/// <param name="at">When.</param>
/// <param name="diagnostics">Everything found wrong or doubtful.</param>
internal sealed class ReloadReport(ReloadResult result, DateTimeOffset at, IReadOnlyList<PolicyDiagnostic> diagnostics) : EventArgs
{
    /// <summary>What became of them.</summary>
    public ReloadResult Result => result;

    /// <summary>When.</summary>
    public DateTimeOffset At => at;

    /// <summary>Everything found wrong or doubtful.</summary>
    public IReadOnlyList<PolicyDiagnostic> Diagnostics => diagnostics;
}
