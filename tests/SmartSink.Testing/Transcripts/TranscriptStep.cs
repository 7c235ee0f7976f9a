namespace SmartSink.Testing.Transcripts;

/// <summary>One line of a transcript that does something.</summary>
/// <param name="Line">Its line in the file, from 1.</param>
public abstract record TranscriptStep(int Line);
