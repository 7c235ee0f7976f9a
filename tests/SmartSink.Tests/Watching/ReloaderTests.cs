using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.Watching;

namespace SmartSink.Tests.Watching;

public sealed class ReloaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly CollectingLogger<FileWatch> _log = new();
    private readonly TextFile _file;
    private readonly Reloader<Text> _holder;

    public ReloaderTests()
    {
        _file = new TextFile(_folder.Write("file", "first"));
        _holder = new Reloader<Text>("text", _file, _file.Read(), _clock, _log);
        _holder.LookUntilSame(_clock);
    }

    public void Dispose()
    {
        _holder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_is_new_is_put_in_force_and_told()
    {
        Write("second");
        _holder.Current.Value.ShouldBe("second");
        (_holder.Applied, _holder.Rejected).ShouldBe((1, 0));
        _file.Told.ShouldBe(["applied second"]);
    }

    [Fact]
    public void What_means_the_same_is_not_put_in_force()
    {
        var first = _holder.Current;
        Write("FIRST");
        _holder.Current.ShouldBeSameAs(first);
        (_holder.Applied, _holder.Rejected).ShouldBe((0, 0));
        _file.Told.ShouldBe(["unchanged first"]);
        _holder.LastReload!.Result.ShouldBe(ReloadResult.Unchanged);
    }

    [Fact]
    public void A_mistake_changes_nothing_and_is_told_once_for_each_change_until_it_is_mended()
    {
        Write("bad 1");
        _holder.LookUntilSame(_clock);
        Write("bad two");
        _holder.Current.Value.ShouldBe("first");
        (_holder.Applied, _holder.Rejected).ShouldBe((0, 2));

        Write("second");
        _holder.Current.Value.ShouldBe("second");
        (_holder.Applied, _holder.Rejected).ShouldBe((1, 2));
        _file.Told.ShouldBe(["rejected bad 1", "rejected bad two", "applied second"]);
    }

    /// <summary>With another set of files all are read twice, the second time for mistrust.</summary>
    [Fact]
    public void A_mistake_that_changes_which_files_there_are_is_told_once()
    {
        Write("bad 1 and other");
        (_holder.Applied, _holder.Rejected).ShouldBe((0, 1));
        _file.Told.ShouldBe(["rejected bad 1 and other"]);
        _file.Readings.ShouldBeGreaterThan(2);
    }

    [Fact]
    public void What_is_lost_is_believed_only_when_it_stays_so()
    {
        _folder.Write("file", string.Empty);
        _holder.Look().ShouldBe(WatchOutcome.Unsettled);
        _holder.Look().ShouldBe(WatchOutcome.Unsettled);
        _holder.Current.Value.ShouldBe("first");
        _holder.LookUntilSame(_clock);
        _file.Told.ShouldBe(["applied "]);
        _log.Lines.ShouldBe(["Warning Something that was in force before is missing from the changed text: all"]);
    }

    [Fact]
    public void Who_asks_for_it_gets_what_the_files_say_now()
    {
        (_holder.Reload()?.Result).ShouldBe(ReloadResult.Unchanged);
        _folder.Write("file", string.Empty);
        (_holder.Reload()?.Result).ShouldBe(ReloadResult.Applied);
        _folder.Write("file", "bad 1");
        (_holder.Reload()?.Result).ShouldBe(ReloadResult.Rejected);
        (_holder.Reload()?.Result).ShouldBe(ReloadResult.Rejected);
        _file.Told.ShouldBe(["unchanged first", "applied ", "rejected bad 1", "rejected bad 1"]);
        _holder.LookUntilSame(_clock);
        _file.Told.Count.ShouldBe(4);
    }

    [Fact]
    public void Nothing_is_read_after_the_end()
    {
        _holder.Dispose();
        Write("second");
        _holder.Current.Value.ShouldBe("first");
    }

    private void Write(string text)
    {
        _folder.Write("file", text);
        _holder.LookUntilSame(_clock);
    }

    private sealed record Text(string Value);

    /// <summary>A text, whose mistakes begin with "bad"; one that speaks of another file depends on that, too.</summary>
    private sealed class TextFile(string path) : IReloadSource<Text>
    {
        public List<string> Told { get; } = [];

        public int Readings { get; private set; }

        public Reading<Text> Read()
        {
            Readings++;
            var startedAt = DateTimeOffset.UtcNow;
            var text = File.ReadAllText(path);
            var files = new WatchedFiles(text.EndsWith("other", StringComparison.Ordinal) ? [path, path + ".other"] : [path], []);
            return text.StartsWith("bad", StringComparison.Ordinal)
                ? new Reading<Text>(null, files, startedAt, [text])
                : new Reading<Text>(new Text(text), files, startedAt, []);
        }

        public string? LossBetween(Text first, Text second) => second.Value.Length == 0 ? "all" : null;

        public bool AreSame(Text first, Text second) => first.Value.Equals(second.Value, StringComparison.OrdinalIgnoreCase);

        public void TellApplied(Reading<Text> reading) => Told.Add($"applied {reading.Value!.Value}");

        public void TellRejected(Reading<Text> reading, Text inForce) => Told.Add($"rejected {string.Join('\n', reading.Diagnostics)}");

        public void TellUnchanged(Text inForce) => Told.Add($"unchanged {inForce.Value}");
    }
}
