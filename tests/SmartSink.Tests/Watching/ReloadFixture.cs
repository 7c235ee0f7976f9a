using SmartSink.Hosting;
using SmartSink.Policy;
using SmartSink.Settings;
using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.Watching;

namespace SmartSink.Tests.Watching;

/// <summary>A policy on disk, the one in force, and what keeps them in step.</summary>
internal sealed class ReloadFixture : IDisposable
{
    private const string Main = "responses.toml";
    private readonly CollectingLogger<PolicySource> _log = new();
    private readonly CollectingLogger<FileWatch> _watchLog = new();
    private readonly TimeProvider _clock;

    /// <summary>Writes the policy and reads it, as a start does.</summary>
    public ReloadFixture(string text = "", Action<ReloadFixture>? arrange = null, TimeProvider? clock = null)
    {
        _clock = clock ?? new ManualTimeProvider(DateTimeOffset.UtcNow);
        MainFile = Folder.Combine(Main);
        Write(text);
        arrange?.Invoke(this);
        var source = new PolicySource(new SinkSettings { Hostname = "sink.example", StateFolder = Folder.Path, PolicyFile = MainFile }, _clock, _log);
        Holder = new Reloader<PolicySnapshot>("policy", source, source.Read(), _clock, _watchLog);
    }

    public TemporaryFolder Folder { get; } = new();

    public string MainFile { get; set; }

    public Reloader<PolicySnapshot> Holder { get; }

    public IReadOnlyList<string> LogLines => _log.Lines;

    public IReadOnlyList<string> WatchLines => _watchLog.Lines;

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

    /// <summary>Looks until nothing more is new, and moves the clock on meanwhile.</summary>
    public void LookUntilSame() => Holder.LookUntilSame(_clock);

    /// <summary>The text that a recipient is refused with now.</summary>
    public string InForce() => Holder.Current.Explain("someone@example.com").Replies.Single(reply => reply.Code == 550).FirstLine;

    public void Dispose()
    {
        Holder.Dispose();
        Folder.Dispose();
    }
}
