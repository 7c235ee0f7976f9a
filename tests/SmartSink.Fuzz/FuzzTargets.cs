using SmartSink.Testing;

namespace SmartSink.Fuzz;

/// <summary>The targets by name. Each takes any octets and throws when its oracle is broken.</summary>
public static class FuzzTargets
{
    private static readonly Dictionary<string, Action<byte[]>> Targets = new(StringComparer.Ordinal)
    {
        ["smtp"] = SmtpTarget.Run,
        ["policy"] = PolicyTarget.Run,
    };

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => Targets.Keys;

    /// <summary>A target; null for a name that none has.</summary>
    public static Action<byte[]>? Find(string name) => Targets.GetValueOrDefault(name);

    /// <summary>The names of the files in a target's corpus.</summary>
    public static IEnumerable<string> Corpus(string target) => Directory.GetFiles(Folder(target)).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    /// <summary>Runs a target over a file of its corpus.</summary>
    public static void Replay(string target, string file) => Targets[target](File.ReadAllBytes(Path.Combine(Folder(target), file)));

    private static string Folder(string target) => RepositoryRoot.Combine("tests", "SmartSink.Fuzz", "corpus", target);
}
