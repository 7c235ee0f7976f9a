using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Transcripts;

/// <summary>One dialog between a client and the server, as its file tells it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Options">Names and limits of the server, from the <c>LIMIT</c> lines.</param>
/// <param name="Steps">What happens, in order; the last one is a <see cref="CloseStep"/>.</param>
public sealed record Transcript(string Path, SmtpSessionOptions Options, IReadOnlyList<TranscriptStep> Steps)
{
    /// <summary>The file's name without its extension.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Whether it lets time go by, so that it needs a clock in the test's hand.</summary>
    public bool NeedsClock => Steps.Any(step => step is TimeStep);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
