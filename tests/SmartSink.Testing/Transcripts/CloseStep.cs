namespace SmartSink.Testing.Transcripts;

/// <summary><c>CLOSE reason</c>: the server has nothing more to say and closes, for this reason (<c>SessionEndReason</c> in snake case).</summary>
public sealed record CloseStep(int Line, string Reason) : TranscriptStep(Line);
