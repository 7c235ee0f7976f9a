namespace SmartSink.Policy;

/// <summary>One mistake, or one doubt, in a policy file.</summary>
/// <param name="File">The file as the user named it; an included one as the main file's folder followed by the include's path.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, counted in Unicode scalar values.</param>
/// <param name="Severity">Whether the policy can be used all the same.</param>
/// <param name="Message">One sentence without an end mark; control characters in quoted input are shown escaped.</param>
public sealed record PolicyDiagnostic(string File, int Line, int Column, DiagnosticSeverity Severity, string Message)
{
    /// <summary>The form that editors and CI systems recognise: <c>file(line,col): error: message</c>.</summary>
    public override string ToString() =>
        $"{File}({Line},{Column}): {(Severity == DiagnosticSeverity.Error ? "error" : "warning")}: {Message}";
}
