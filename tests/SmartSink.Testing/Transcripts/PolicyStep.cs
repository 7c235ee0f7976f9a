namespace SmartSink.Testing.Transcripts;

/// <summary><c>POLICY file.toml</c>: from here on this policy is in force.</summary>
/// <param name="Line">Its line in the file, from 1.</param>
/// <param name="Path">The absolute path of the policy's main file.</param>
public sealed record PolicyStep(int Line, string Path) : TranscriptStep(Line);
