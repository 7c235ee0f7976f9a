using SmartSink.Policy;
using SmartSink.Testing;
using SmartSink.Watching;

namespace SmartSink.Tests.Watching;

/// <summary>A policy on disk, the one in force, and what keeps them in step.</summary>
internal sealed class ReloadFixture : IDisposable
{
    private const string Main = "responses.toml";
    private readonly CollectingLogger<PolicyReloader> _log = new();

    /// <summary>Writes the policy and reads it, as a start does.</summary>
    public ReloadFixture(string text = "", Action<ReloadFixture>? arrange = null, TimeProvider? clock = null)
    {
        MainFile = Folder.Combine(Main);
        Write(text);
        arrange?.Invoke(this);
        var first = PolicyLoader.Load(MainFile);
        Holder = new PolicyHolder(first.Snapshot!);
        Reloader = new PolicyReloader(MainFile, first, Holder, clock ?? TimeProvider.System, _log);
    }

    public TemporaryFolder Folder { get; } = new();

    public string MainFile { get; set; }

    public PolicyHolder Holder { get; }

    public PolicyReloader Reloader { get; }

    public IReadOnlyList<string> LogLines => _log.Lines;

    /// <summary>A policy that refuses everything with a text of its own.</summary>
    public static string Refusing(string text) =>
        $"""
        [default]
        bounce = 100
        [[bounce."*"]]
        code = 550
        msg = "5.1.1 {text}"
        """;

    /// <summary>Writes the main file in place.</summary>
    public void Write(string text) => File.WriteAllText(MainFile, text);

    /// <summary>Looks until nothing more is new.</summary>
    public void LookUntilSame() => Reloader.LookUntilSame();

    /// <summary>The text that a recipient is refused with now.</summary>
    public string InForce() => Holder.Snapshot.Explain("someone@example.com").Replies.Single(reply => reply.Code == 550).FirstLine;

    public void Dispose()
    {
        Reloader.Dispose();
        Folder.Dispose();
    }
}
