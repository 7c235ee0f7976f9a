namespace SmartSink.Testing.Processes;

/// <summary>What a finished program left behind.</summary>
public sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>Both streams, for a failed assertion's message.</summary>
    public override string ToString() => $"exit {ExitCode}\n{Output}\n{Error}";
}
