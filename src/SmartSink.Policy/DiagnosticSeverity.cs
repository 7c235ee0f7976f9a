namespace SmartSink.Policy;

/// <summary>How much a diagnostic weighs.</summary>
public enum DiagnosticSeverity : byte
{
    /// <summary>The policy works as written, but probably not as meant.</summary>
    Warning,

    /// <summary>The policy cannot be used.</summary>
    Error,
}
