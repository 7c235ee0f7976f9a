using SmartSink.Testing.Processes;
using SmartSink.Testing.Time;
using SmartSink.Tests.Connections;
using SmartSink.Watching;
using static SmartSink.Tests.Watching.ReloadFixture;

namespace SmartSink.Tests.Watching;

public sealed class PolicyReloadTests
{
    [Fact]
    public void A_file_rewritten_in_place_is_read_once_it_has_settled()
    {
        using var policy = new ReloadFixture(Refusing("first"));
        policy.LookUntilSame();

        policy.Write(Refusing("second"));

        policy.Holder.Look().ShouldBe(WatchOutcome.Unsettled);
        policy.InForce().ShouldBe("5.1.1 first");
        policy.Holder.Look().ShouldBe(WatchOutcome.Read);
        policy.InForce().ShouldBe("5.1.1 second");
        policy.Holder.Look().ShouldBe(WatchOutcome.Same);
        policy.Holder.LastReload!.Result.ShouldBe(ReloadResult.Applied);
    }

    [Fact]
    public void A_file_that_is_still_being_written_is_not_read()
    {
        using var policy = new ReloadFixture(Refusing("first"));
        policy.LookUntilSame();

        foreach (var length in new[] { 10, 20, 40 })
        {
            policy.Write(Refusing("second")[..length]);
            policy.Holder.Look().ShouldBe(WatchOutcome.Unsettled);
        }

        policy.Write(Refusing("second"));
        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 second");
        policy.LogLines.ShouldNotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_renamed_over_is_read()
    {
        using var policy = new ReloadFixture(Refusing("first"));
        policy.LookUntilSame();

        var other = policy.Folder.Write("new.tmp", Refusing("second"));
        File.Move(other, policy.MainFile, overwrite: true);

        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 second");
    }

    [Fact]
    public void A_change_that_leaves_size_and_time_alone_is_seen()
    {
        using var policy = new ReloadFixture(Refusing("first"));
        policy.LookUntilSame();

        var time = File.GetLastWriteTimeUtc(policy.MainFile);
        policy.Write(Refusing("other"));
        File.SetLastWriteTimeUtc(policy.MainFile, time);

        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 other");
    }

    [Fact]
    public void A_file_too_large_to_be_compared_by_content_is_read()
    {
        var padding = "\n#" + new string('x', FileObserver.LargestByContent);
        using var policy = new ReloadFixture(Refusing("first") + padding);
        policy.LookUntilSame();

        policy.Write(Refusing("second") + padding);

        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 second");
    }

    /// <summary>A ConfigMap: the file is a link into <c>..data</c>, that is a link to a folder, and the folder is swapped.</summary>
    [Fact]
    public async Task A_link_swapped_far_above_the_file_is_followed()
    {
        using var policy = new ReloadFixture(Refusing("first"), MakeConfigMap);
        policy.LookUntilSame();

        policy.Folder.Write("..2026_2/responses.toml", Refusing("second"));
        File.CreateSymbolicLink(policy.Folder.Combine("..data_tmp"), "..2026_2");
        (await Tool.RunAsync("mv", ["-T", policy.Folder.Combine("..data_tmp"), policy.Folder.Combine("..data")])).ExitCode.ShouldBe(0);
        Directory.Delete(policy.Folder.Combine("..2026_1"), recursive: true);

        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 second");

        static void MakeConfigMap(ReloadFixture policy)
        {
            policy.Folder.Write("..2026_1/responses.toml", File.ReadAllText(policy.MainFile));
            File.Delete(policy.MainFile);
            File.CreateSymbolicLink(policy.Folder.Combine("..data"), "..2026_1");
            File.CreateSymbolicLink(policy.MainFile, "..data/responses.toml");
        }
    }

    /// <summary>With the syntax broken the include is unseen, so the set of files changes and is read twice; that is still one mistake.</summary>
    [Fact]
    public void A_broken_file_that_hides_its_includes_is_told_once()
    {
        using var policy = new ReloadFixture("include = [\"providers/*.toml\"]\n" + Refusing("first"), fixture => fixture.Folder.Write("providers/a.toml", "[domain.\"a.example\"]\n"));
        policy.LookUntilSame();

        policy.Write("include = [\"providers/*.toml\"\n[default\n");
        policy.LookUntilSame();
        policy.LookUntilSame();

        policy.LogLines.Where(line => line.Contains("was rejected", StringComparison.Ordinal)).Count().ShouldBe(1);
        policy.Holder.LastReload!.Result.ShouldBe(ReloadResult.Rejected);
    }

    [Fact]
    public void A_broken_file_changes_nothing_and_is_told_whole_until_it_is_mended()
    {
        using var policy = new ReloadFixture(Refusing("first"));
        policy.LookUntilSame();

        policy.Write("[default]\nbounce = 101\ndefer = \"x\"\n");
        policy.LookUntilSame();

        policy.InForce().ShouldBe("5.1.1 first");
        var report = policy.Holder.LastReload!;
        report.Result.ShouldBe(ReloadResult.Rejected);
        report.Diagnostics.Select(line => line[..line.IndexOf(',', StringComparison.Ordinal)]).ShouldBe([$"{policy.MainFile}(2", $"{policy.MainFile}(3"]);
        policy.LogLines.Where(line => line.StartsWith($"Error {policy.MainFile}(", StringComparison.Ordinal)).Count().ShouldBe(2);
        policy.LogLines.ShouldContain($"Error The changed policy was rejected (errors: 2); policy {policy.Holder.Current.Hash} stays in force");

        policy.Write(Refusing("mended"));
        policy.LookUntilSame();

        policy.InForce().ShouldBe("5.1.1 mended");
        policy.Holder.LastReload!.Result.ShouldBe(ReloadResult.Applied);
    }

    [Fact]
    public void A_broken_file_brought_back_to_what_it_was_ends_the_rejection()
    {
        using var policy = new ReloadFixture(Refusing("first"));
        policy.LookUntilSame();
        var inForce = policy.Holder.Current;

        policy.Write("=");
        policy.LookUntilSame();
        policy.Write(Refusing("first"));
        policy.LookUntilSame();

        policy.Holder.LastReload!.Result.ShouldBe(ReloadResult.Unchanged);
        policy.Holder.Current.ShouldBeSameAs(inForce);
    }

    [Fact]
    public void A_deleted_file_keeps_the_old_policy_until_it_is_back()
    {
        using var policy = new ReloadFixture(Refusing("first"));
        policy.LookUntilSame();

        File.Delete(policy.MainFile);
        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 first");
        policy.Holder.LastReload!.Result.ShouldBe(ReloadResult.Rejected);

        policy.Write(Refusing("back"));
        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 back");
    }

    [Fact]
    public void A_folder_that_vanishes_and_comes_back_is_survived()
    {
        using var policy = new ReloadFixture("include = [\"providers/*.toml\"]\n" + Refusing("first"), policy => policy.Folder.Write("providers/a.toml", ""));
        policy.LookUntilSame();

        Directory.Delete(policy.Folder.Path, recursive: true);
        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 first");

        Directory.CreateDirectory(policy.Folder.Path);
        policy.Write(Refusing("back"));
        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 back");
    }

    [Fact]
    public void Included_files_count_as_much_as_the_main_one()
    {
        using var policy = new ReloadFixture("include = [\"providers/*.toml\"]\n", policy => policy.Folder.Write("providers/a.toml", Refusing("a")));
        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 a");

        policy.Folder.Write("providers/a.toml", Refusing("changed"));
        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 changed");

        policy.Folder.Write("providers/b.toml", "[domain.\"example.com\"]\nbounce = 50\n");
        policy.LookUntilSame();
        policy.Holder.Current.EntryCount.ShouldBe(2);

        File.Delete(policy.Folder.Combine("providers", "b.toml"));
        policy.LookUntilSame();
        policy.Holder.Current.EntryCount.ShouldBe(1);
    }

    [Fact]
    public void Files_that_say_the_same_are_no_reload()
    {
        using var policy = new ReloadFixture(Refusing("first"));
        policy.LookUntilSame();
        var inForce = policy.Holder.Current;
        policy.Holder.LastReload.ShouldBeNull();

        File.SetLastWriteTimeUtc(policy.MainFile, DateTime.UtcNow.AddSeconds(10));
        policy.LookUntilSame();

        policy.Holder.Current.ShouldBeSameAs(inForce);
        policy.Holder.LastReload!.Result.ShouldBe(ReloadResult.Unchanged);
    }

    [Fact]
    public void Files_long_at_rest_before_the_start_are_not_read_again()
    {
        using var policy = new ReloadFixture(Refusing("first"), policy =>
        {
            File.SetLastWriteTimeUtc(policy.MainFile, DateTime.UtcNow.AddHours(-1));
            Directory.SetLastWriteTimeUtc(policy.Folder.Path, DateTime.UtcNow.AddHours(-1));
        });
        policy.Holder.Look().ShouldBe(WatchOutcome.Same);
    }

    [Fact]
    public async Task A_started_reloader_looks_by_itself()
    {
        using var policy = new ReloadFixture(Refusing("first"), clock: TimeProvider.System);
        var applied = new TaskCompletionSource<ReloadReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        policy.Holder.Reloaded += (_, report) => applied.TrySetResult(report);
        policy.Holder.Start();

        policy.Write(Refusing("second"));

        (await applied.Task.WaitAsync(Patience.Token())).Result.ShouldBe(ReloadResult.Applied);
        policy.InForce().ShouldBe("5.1.1 second");
    }

    [Fact]
    public void A_change_is_in_force_within_two_seconds_of_the_clock()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow.AddHours(1));
        using var policy = new ReloadFixture(Refusing("first"), clock: clock);
        policy.Holder.Start();
        clock.Advance(TimeSpan.FromSeconds(10));

        foreach (var text in new[] { "second", "third", "fourth" })
        {
            policy.Write(Refusing(text));
            clock.Advance(TimeSpan.FromSeconds(2));
            policy.InForce().ShouldBe($"5.1.1 {text}");
        }
    }
}
