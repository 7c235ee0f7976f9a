namespace SmartSink.Testing.Transcripts;

/// <summary>A transcript is badly written, or the dialog went another way.</summary>
public sealed class TranscriptException : Exception
{
    /// <summary>Says what is wrong and where.</summary>
    public TranscriptException(string path, int line, string message)
        : base($"{System.IO.Path.GetFileName(path)}({line}): {message}")
    {
    }
}
