using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Syntax;

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
    /// <param name="name">Its name.</param>
    /// <param name="extensions">The extensions that the server under test has.</param>
    /// <param name="mechanisms">The mechanisms of AUTH that it has; null for all.</param>
    public static Transcript Load(string name, SmtpExtensions extensions = ~SmtpExtensions.None, IReadOnlyList<AuthMechanism>? mechanisms = null) =>
        TranscriptParser.Load(Path.Combine(Folder, name + ".smtp"), extensions, mechanisms);
}
