namespace SmartSink.Testing.Transcripts;

/// <summary><c>TLS</c>: client and server do the handshake.</summary>
public sealed record TlsStep(int Line) : TranscriptStep(Line);
