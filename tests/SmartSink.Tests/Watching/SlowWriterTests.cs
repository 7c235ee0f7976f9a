using System.Text;
using SmartSink.Testing.Processes;
using SmartSink.Testing.Time;
using SmartSink.Tests.Connections;
using SmartSink.Watching;
using static SmartSink.Tests.Watching.ReloadFixture;

namespace SmartSink.Tests.Watching;

/// <summary>Once, each part of a file that was written slowly was a policy of its own, and the empty one at its beginning accepted everything.</summary>
public sealed class SlowWriterTests
{
    private const string Before = """
        [default]
        bounce = 100
        [domain."a.example"]
        bounce = 100
        [domain."b.example"]
        bounce = 100
        [[bounce."*"]]
        code = 550
        msg = "5.1.1 before"

        """;

    private static readonly string After = Before.Replace("before", "after", StringComparison.Ordinal);
    private static readonly int Middle = After.IndexOf("[domain.\"b", StringComparison.Ordinal);

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);

    [Fact]
    public void What_is_written_in_parts_is_taken_when_its_writer_closes_it()
    {
        using var policy = new ReloadFixture(Before, clock: _clock);
        policy.LookUntilSame();

        using (var writer = new FileStream(policy.MainFile, FileMode.Create))
        {
            foreach (var part in new[] { "", After[..Middle], After[Middle..] })
            {
                writer.Write(Encoding.UTF8.GetBytes(part));
                writer.Flush();
                LookFor(policy, FileWatch.WriterTimeout - FileWatch.Interval);
                policy.InForce().ShouldBe("5.1.1 before");
            }
        }

        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 after");
        policy.Holder.Applied.ShouldBe(1);
        policy.WatchLines.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_longer_than_before_is_taken_when_its_writer_closes_it_too()
    {
        using var policy = new ReloadFixture(Refusing("before"), clock: _clock);
        policy.LookUntilSame();

        using (var writer = new FileStream(policy.MainFile, FileMode.Open))
        {
            writer.Write(Encoding.UTF8.GetBytes(After[..^1]));
            writer.Flush();
            LookFor(policy, FileWatch.QuietTime * 2);
            policy.InForce().ShouldBe("5.1.1 before");
            writer.WriteByte((byte)'\n');
        }

        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 after");
        policy.Holder.Applied.ShouldBe(1);
    }

    [Fact]
    public void What_is_written_by_one_after_the_other_is_taken_whole()
    {
        using var policy = new ReloadFixture(Before, clock: _clock);
        policy.LookUntilSame();

        policy.Write(string.Empty);
        LookFor(policy, FileWatch.QuietTime - FileWatch.Interval);
        File.AppendAllText(policy.MainFile, After[..Middle]);
        LookFor(policy, FileWatch.QuietTime - FileWatch.Interval);
        policy.InForce().ShouldBe("5.1.1 before");
        File.AppendAllText(policy.MainFile, After[Middle..]);

        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 after");
        (policy.Holder.Applied, policy.Holder.Rejected).ShouldBe((1, 0));
    }

    [Fact]
    public void What_has_a_mistake_while_it_is_written_is_no_mistake()
    {
        using var policy = new ReloadFixture(Before, clock: _clock);
        policy.LookUntilSame();

        policy.Write(After[..(Middle - 3)]);
        LookFor(policy, FileWatch.QuietTime - FileWatch.Interval);
        policy.Write(After);

        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 after");
        (policy.Holder.Applied, policy.Holder.Rejected).ShouldBe((1, 0));
        policy.LogLines.ShouldNotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "2 domains, 1 reply, 3 keys")]
    [InlineData("[default]\nbounce = 100\n", "2 domains, 1 reply, 2 keys")]
    [InlineData("[default]\nbounce = 100\n[domain.\"a.example\"]\nbounce = 100\n[[bounce.\"*\"]]\ncode = 550\nmsg = \"5.1.1 x\"\n", "1 domain, 1 key")]
    public void What_is_less_than_before_is_taken_with_a_warning_when_it_stays_so(string text, string loss)
    {
        using var policy = new ReloadFixture(Before, clock: _clock);
        policy.LookUntilSame();

        policy.Write(text);
        LookFor(policy, FileWatch.QuietTime - FileWatch.Interval);
        policy.InForce().ShouldBe("5.1.1 before");
        policy.LookUntilSame();

        policy.Holder.Applied.ShouldBe(1);
        policy.WatchLines.ShouldBe([$"Warning Something that was in force before is missing from the changed policy: {loss}"]);
    }

    [Fact]
    public void A_writer_that_never_closes_is_not_waited_for_without_end()
    {
        using var policy = new ReloadFixture(Before, clock: _clock);
        policy.LookUntilSame();

        using var writer = new FileStream(policy.MainFile, FileMode.Create);
        writer.Write(Encoding.UTF8.GetBytes(After));
        writer.Flush();
        LookFor(policy, FileWatch.WriterTimeout - FileWatch.Interval);
        policy.InForce().ShouldBe("5.1.1 before");
        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 after");
    }

    [Fact]
    public void An_include_that_is_gone_is_waited_for()
    {
        using var policy = new ReloadFixture("include = [\"more/*.toml\"]\n", fixture => fixture.Folder.Write("more/a.toml", Before), _clock);
        policy.LookUntilSame();

        File.Delete(policy.Folder.Combine("more", "a.toml"));
        LookFor(policy, FileWatch.QuietTime - FileWatch.Interval);
        policy.Folder.Write("more/a.toml", After);

        policy.LookUntilSame();
        policy.InForce().ShouldBe("5.1.1 after");
        (policy.Holder.Applied, policy.Holder.Rejected).ShouldBe((1, 0));
    }

    /// <summary>By the clock on the wall, with a shell as the writer.</summary>
    [Fact]
    public async Task A_slow_writer_makes_one_policy()
    {
        using var policy = new ReloadFixture(Before, clock: TimeProvider.System);
        var applied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        policy.Holder.Reloaded += (_, _) => applied.TrySetResult();
        policy.Holder.Start();
        policy.Folder.Write("first", After[..Middle]);
        policy.Folder.Write("second", After[Middle..]);

        (await Tool.RunAsync("sh", ["-c", "{ sleep 0.5; cat first; sleep 0.5; cat second; } > responses.toml"], folder: policy.Folder.Path)).ExitCode.ShouldBe(0);
        await applied.Task.WaitAsync(Patience.Token());

        policy.InForce().ShouldBe("5.1.1 after");
        (policy.Holder.Applied, policy.Holder.Rejected).ShouldBe((1, 0));
    }

    /// <summary>In a container it is the mount that keeps the old file; here a descriptor does.</summary>
    [Fact]
    public void A_file_that_lost_its_name_is_told_once()
    {
        var kept = new List<FileStream>();
        using var policy = new ReloadFixture(Before, fixture =>
        {
            kept.Add(File.OpenRead(fixture.MainFile));
            fixture.MainFile = $"/proc/self/fd/{kept[0].SafeFileHandle.DangerousGetHandle()}";
        }, _clock);
        policy.LookUntilSame();

        File.Move(policy.Folder.Write("new.toml", After), policy.Folder.Combine("responses.toml"), overwrite: true);
        policy.LookUntilSame();
        policy.LookUntilSame();

        policy.InForce().ShouldBe("5.1.1 before");
        policy.LogLines.ShouldBeEmpty();
        policy.WatchLines.ShouldHaveSingleItem().ShouldStartWith($"Warning {policy.MainFile} was replaced or deleted, but the old file is still visible here");
        kept.ForEach(file => file.Dispose());
    }

    private void LookFor(ReloadFixture policy, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += FileWatch.SettleTime)
        {
            policy.Holder.Look();
            _clock.Advance(FileWatch.SettleTime);
        }
    }
}
