namespace SmartSink.Testing.Transcripts;

/// <summary>The repository's transcripts.</summary>
public static class TranscriptFiles
{
    /// <summary>Their folder.</summary>
    public static string Folder { get; } = RepositoryRoot.Combine("tests", "transcripts");

    /// <summary>The names of all of them, without folder and extension, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Directory.EnumerateFiles(Folder, "*.smtp").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads one.</summary>
    public static Transcript Load(string name) => TranscriptParser.Load(Path.Combine(Folder, name + ".smtp"));
}
