using SmartSink.Policy.Files;
using SmartSink.Policy.Model;
using SmartSink.Policy.Toml;

namespace SmartSink.Policy;

/// <summary>Reads a policy from its files.</summary>
public static class PolicyLoader
{
    /// <summary>What the built-in files say, for all that is tried over them.</summary>
    private static readonly Lazy<IReadOnlyList<PolicyDocument>> BuiltIn = new(() =>
    {
        var files = new PolicyFiles(BuiltInFiles.MainFile, new PolicyDocument());
        files.Read();
        return files.Documents;
    });

    /// <summary>
    /// Reads the main file and what it includes, checks everything and freezes it. Never throws for content or missing files:
    /// all that is wrong is among the diagnostics, and then there is no snapshot.
    /// </summary>
    /// <param name="mainFile">The main file, which may be a built-in one; includes are relative to its folder.</param>
    /// <param name="clock">For <see cref="PolicySnapshot.LoadedAt"/>; null for the system's.</param>
    /// <param name="replica">Which of several sinks this is: with a seed each draws for itself, but for what depends on an address alone (<c>sticky</c>); null for the only one.</param>
    /// <param name="bounce">Goes over the files' rate in <c>[default]</c>; null to leave it.</param>
    /// <param name="defer">Likewise.</param>
    public static PolicyLoadResult Load(string mainFile, TimeProvider? clock = null, string? replica = null, DefaultRate? bounce = null, DefaultRate? defer = null) =>
        Load(mainFile, kept: null, clock, replica, bounce, defer, overlay: null);

    /// <summary>The same, of files that were kept when they were in force.</summary>
    /// <param name="kept">What <see cref="PolicySnapshot.Texts"/> gave, at least the main file.</param>
    /// <param name="clock">For <see cref="PolicySnapshot.LoadedAt"/>; null for the system's.</param>
    /// <param name="replica">Which of several sinks this is; null for the only one.</param>
    /// <param name="bounce">Goes over the files' rate in <c>[default]</c>; null to leave it.</param>
    /// <param name="defer">Likewise.</param>
    /// <param name="overlay">Goes over all of it for a while; null for nothing.</param>
    public static PolicyLoadResult Load(
        IReadOnlyList<PolicyText> kept, TimeProvider? clock = null, string? replica = null, DefaultRate? bounce = null, DefaultRate? defer = null, PolicyOverlay? overlay = null)
    {
        ArgumentNullException.ThrowIfNull(kept);
        return Load(kept[^1].Name, kept, clock, replica, bounce, defer, overlay);
    }

    private static PolicyLoadResult Load(
        string mainFile, IReadOnlyList<PolicyText>? kept, TimeProvider? clock, string? replica, DefaultRate? bounce, DefaultRate? defer, PolicyOverlay? overlay)
    {
        var loadedAt = (clock ?? TimeProvider.System).GetUtcNow();
        var outside = new PolicyDocument { Default = { Bounce = bounce?.ToSetting(), Defer = defer?.ToSetting() } };
        var files = new PolicyFiles(mainFile, outside, kept, sent: null, overlay);
        var policy = files.Read();
        return new PolicyLoadResult(
            files.Diagnostics.HasErrors ? null : new PolicySnapshot(policy, new PolicySources(files.Sources, outside, overlay, policy), files.Hash, loadedAt, replica),
            [.. files.Diagnostics.Sorted().Select(PolicyDiagnostic.Of)],
            files.Paths,
            [.. files.IncludeFolders]);
    }

    /// <summary>
    /// Finds everything that is wrong or doubtful in a text that somebody else sent: it includes built-in files as usual, and reads none from the disk.
    /// </summary>
    /// <param name="name">What it is called in the diagnostics.</param>
    /// <param name="text">TOML in UTF-8, or what is taken for it.</param>
    public static IReadOnlyList<PolicyDiagnostic> Check(string name, byte[] text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var files = new PolicyFiles(new SourceFile(name, text, Problem: null));
        files.Read();
        return [.. files.Diagnostics.Sorted().Select(PolicyDiagnostic.Of)];
    }

    /// <summary>Finds everything that is wrong or doubtful in a part of a file that is to go over a policy for a while. It is tried over the built-in one.</summary>
    /// <param name="file">The file, as it is called in the diagnostics.</param>
    /// <param name="overlay">The part.</param>
    internal static IReadOnlyList<PolicyDiagnostic> Check(string file, TomlTable overlay)
    {
        var files = new PolicyFiles(BuiltInFiles.MainFile, new PolicyDocument()) { Known = BuiltIn.Value, Over = (Place.OverlayPrefix + file, overlay) };
        files.Read();
        return [.. files.Diagnostics.Sorted().Where(finding => finding.IsError || finding.Place.IsInOverlay).Select(finding => PolicyDiagnostic.Of(
            finding with { Place = finding.Place.IsInOverlay ? finding.Place with { File = file } : finding.Place }))];
    }
}

/// <summary>A rate of <c>[default]</c> that is not from a file.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="Source">What gives it, as diagnostics and explanations name it.</param>
public sealed record DefaultRate(decimal Percent, string Source)
{
    internal Setting<double> ToSetting() => new((double)Percent, new Place(Source, 0, 0));
}

/// <summary>What came of reading a policy: a snapshot or the reasons why there is none.</summary>
public sealed class PolicyLoadResult
{
    internal PolicyLoadResult(
        PolicySnapshot? snapshot,
        IReadOnlyList<PolicyDiagnostic> diagnostics,
        IReadOnlyList<string> files,
        IReadOnlyList<string> includeFolders)
    {
        Snapshot = snapshot;
        Diagnostics = diagnostics;
        Files = files;
        IncludeFolders = includeFolders;
    }

    /// <summary>The policy, ready to decide; null when there are errors.</summary>
    public PolicySnapshot? Snapshot { get; }

    /// <summary>Every mistake and doubt found, sorted by file, line and column.</summary>
    public IReadOnlyList<PolicyDiagnostic> Diagnostics { get; }

    /// <summary>Whether a diagnostic is an error, and so <see cref="Snapshot"/> is null.</summary>
    public bool HasErrors => Snapshot is null;

    /// <summary>Absolute paths of every file that was read or tried, the main file first, without built-in ones. A change in one of them asks for a new load.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Absolute paths of the folders whose listing decided what was included; they may not exist. A name added or removed there asks for a new load.</summary>
    public IReadOnlyList<string> IncludeFolders { get; }
}

/// <summary>One mistake, or one doubt, in a policy file.</summary>
/// <param name="File">The file as the user named it; an included one as the main file's folder followed by the include's path.</param>
/// <param name="Line">From 1; 0 when <paramref name="File"/> is the <see cref="DefaultRate.Source"/> of a rate.</param>
/// <param name="Column">From 1, counted in Unicode scalar values; 0 likewise.</param>
/// <param name="Severity">Whether the policy can be used all the same.</param>
/// <param name="Message">One sentence without an end mark; control characters in quoted input are shown escaped.</param>
public sealed record PolicyDiagnostic(string File, int Line, int Column, DiagnosticSeverity Severity, string Message)
{
    internal static PolicyDiagnostic Of(Finding finding) => new(
        finding.Place.File,
        finding.Place.Line,
        finding.Place.Column,
        finding.IsError ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
        finding.Message);

    /// <summary>The form that editors and CI systems recognise: <c>file(line,col): error: message</c>.</summary>
    public override string ToString() =>
        $"{new Place(File, Line, Column)}: {(Severity == DiagnosticSeverity.Error ? "error" : "warning")}: {Message}";
}

/// <summary>How much a diagnostic weighs.</summary>
public enum DiagnosticSeverity : byte
{
    /// <summary>The policy works as written, but probably not as meant.</summary>
    Warning,

    /// <summary>The policy cannot be used.</summary>
    Error,
}
