using SmartSink.Telemetry;

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

    /// <summary>The same with lines of JSON, for those who read the log so.</summary>
    public StartException ToJson() => new(exitCode, [.. lines.Select(line => SinkLogger.ToJson(line, DateTimeOffset.UtcNow))], this);
}

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>It was asked rightly and the answer is no: a port is in use, a checked file has errors, the sink is not ready.</summary>
    public const int Failure = 1;

    /// <summary>It was asked wrongly: a bad option, setting or policy.</summary>
    public const int Usage = 2;
}
