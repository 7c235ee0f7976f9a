using FsCheck;
using FsCheck.Fluent;
using SmartSink.Shared;
using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.Watching;

namespace SmartSink.Tests.Watching;

public sealed class FileObserverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1000)]
    [InlineData(2000)]
    public void A_write_in_the_tick_of_the_one_before_is_seen(int tick)
    {
        var file = _folder.Write("file", "first");
        var stamped = _clock.GetUtcNow();
        var observer = new FileObserver(new WatchedFiles([file], []), _clock, _ => CoarseStamp(stamped, tick));
        var first = observer.Look();
        observer.Look().ShouldBe(first);

        _clock.Advance(TimeSpan.FromMilliseconds(tick - 1));
        File.WriteAllText(file, "other");

        _clock.Advance(TimeSpan.FromHours(1));
        observer.Look().ShouldNotBe(first);
    }

    [Fact]
    public void A_file_at_rest_is_not_read()
    {
        var file = _folder.Write("file", "first");
        var stamp = FileStamp.Of(file);
        var observer = new FileObserver(new WatchedFiles([file], []), _clock, _ => stamp);
        var first = observer.Look();
        _clock.Advance(FileObserver.CoarsestFileTime + TimeSpan.FromTicks(1));
        observer.Look().ShouldBe(first);

        // With the stamp that it had this cannot happen outside of a test, so who sees it has read the file.
        File.WriteAllText(file, "other");

        observer.Look().ShouldBe(first);
    }

    [Fact]
    public void A_look_at_files_at_rest_allocates_nothing()
    {
        var observer = new FileObserver(new WatchedFiles([_folder.Write("file", "text"), _folder.Combine("none")], [_folder.Path]), _clock);
        observer.Look();
        _clock.Advance(FileObserver.CoarsestFileTime + TimeSpan.FromTicks(1));
        var state = observer.Look();

        var after = 0;
        AllocatedMemory.ByCaller(() => after = observer.Look()).ShouldBe(0);
        after.ShouldBe(state);
    }

    [Fact]
    public void A_file_renamed_over_with_all_times_kept_is_seen()
    {
        var file = _folder.Write("file", "first");
        var other = _folder.Write("other", "other");
        var times = File.GetLastWriteTimeUtc(file);
        File.SetLastWriteTimeUtc(other, times);
        var observer = new FileObserver(new WatchedFiles([file], []), _clock);
        observer.Look();
        _clock.Advance(TimeSpan.FromMinutes(1));
        var first = observer.Look();

        File.Move(other, file, overwrite: true);

        observer.Look().ShouldNotBe(first);
    }

    [Fact]
    public void A_file_that_comes_and_goes_in_a_folder_unseen_is_no_change()
    {
        var observer = new FileObserver(new WatchedFiles([], [_folder.Path]), _clock);
        observer.Look();
        _clock.Advance(TimeSpan.FromMinutes(1));
        var first = observer.Look();

        File.Delete(_folder.Write("draft", ""));
        observer.Look().ShouldBe(first);

        _folder.Write("draft", "");
        observer.Look().ShouldNotBe(first);
    }

    [Fact]
    public void A_file_that_may_not_be_reached_is_a_state_like_any_other()
    {
        var file = _folder.Combine("folder", "file");
        var observer = new FileObserver(new WatchedFiles([file], []), _clock);
        var missing = observer.Look();
        _clock.Advance(TimeSpan.FromMinutes(1));
        observer.Look().ShouldBe(missing);

        _folder.Write("folder/file", "text");
        var there = observer.Look();
        there.ShouldNotBe(missing);

        File.Delete(file);
        observer.Look().ShouldNotBe(there);
    }

    [Fact]
    public void Systems_other_than_Linux_see_a_write_a_missing_file_and_what_a_link_leads_to()
    {
        var file = _folder.Write("file", "first");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
        var link = File.CreateSymbolicLink(_folder.Combine("link"), file).FullName;
        var before = FileStamp.OfAnySystem(link);
        before.ShouldBe(FileStamp.OfAnySystem(file));
        (before.Size, before.Modified, before.Error).ShouldBe((5UL, FileStamp.Of(file).Modified, 0));

        File.WriteAllText(file, "other");
        FileStamp.OfAnySystem(link).ShouldNotBe(before);

        FileStamp.OfAnySystem(_folder.Path).Error.ShouldBe(0);
        FileStamp.OfAnySystem(_folder.Combine("none")).Error.ShouldNotBe(0);
        File.Delete(file);
        FileStamp.OfAnySystem(link).Error.ShouldNotBe(0);
    }

    /// <summary>However writes and looks fall into the ticks of a file's clock, no text is ever taken for another one.</summary>
    [Fact]
    public void No_change_is_missed_whatever_the_ticks()
    {
        var steps = Gen.Choose(0, 3).SelectMany(action => Gen.Choose(0, 2500).Select(milliseconds => (Action: action, Milliseconds: milliseconds))).ArrayOf();
        var runs = Gen.Elements(1, 4, 10, 1000, 2000).SelectMany(tick => steps.Select(taken => (Tick: tick, Steps: taken)));
        Prop.ForAll(runs.ToArbitrary(), run => NoChangeIsMissed(run.Tick, run.Steps)).QuickCheckThrowOnFailure();
    }

    private static FileStamp CoarseStamp(DateTimeOffset written, int tick)
    {
        var milliseconds = written.ToUnixTimeMilliseconds();
        return new FileStamp(1, 1, 1, milliseconds - (milliseconds % tick), milliseconds - (milliseconds % tick), 0);
    }

    // All texts are of one length, so that nothing but their times can tell two writes apart.
    private bool NoChangeIsMissed(int tick, IEnumerable<(int Action, int Milliseconds)> steps)
    {
        var file = _folder.Write("file", "0");
        var clock = new ManualTimeProvider();
        var written = clock.GetUtcNow();
        var observer = new FileObserver(new WatchedFiles([file], []), clock, _ => CoarseStamp(written, tick));
        var (seen, state) = ("0", observer.Look());
        foreach (var (action, milliseconds) in steps)
        {
            clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
            if (action < 2)
            {
                File.WriteAllText(file, $"{milliseconds % 10}");
                written = clock.GetUtcNow();
                continue;
            }

            var text = File.ReadAllText(file);
            var next = observer.Look();
            if (next == state && text != seen)
            {
                return false;
            }

            (seen, state) = (text, next);
        }

        return true;
    }
}
