namespace SmartSink.Testing.Transcripts;

/// <summary><c>C: text</c> (CRLF is added) or <c>C! "raw"</c>: the client sends octets.</summary>
public sealed record SendStep(int Line, ReadOnlyMemory<byte> Bytes) : TranscriptStep(Line);
