namespace SmartSink.Testing.Transcripts;

/// <summary><c>TIME +30s</c>: time goes by with nothing said.</summary>
public sealed record TimeStep(int Line, TimeSpan Span) : TranscriptStep(Line);
