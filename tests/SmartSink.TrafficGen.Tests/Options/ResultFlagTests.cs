using System.Text.Json;
using SmartSink.Testing;

namespace SmartSink.TrafficGen.Tests.Options;

/// <summary>What a run says of itself.</summary>
public sealed class ResultFlagTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Report_says_what_the_server_saw()
    {
        var file = _folder.Combine("report.json");

        var run = await new FlagRun { Concurrency = 3, Answer = RefusesB }.RunAsync(
            "--message-count 40 --domain a.example --domain b.example --keep-going --run-id r-1 --seed 9 --report", file);

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        var report = json.RootElement;
        var asked = run.Sessions.SelectMany(session => session.Heard).Where(line => line.StartsWith("RCPT", StringComparison.Ordinal)).ToList();
        var refused = asked.Count(line => line.Contains("@b.example", StringComparison.Ordinal));
        (report.GetProperty("run_id").GetString(), report.GetProperty("seed").GetUInt64()).ShouldBe(("r-1", 9UL));
        var messages = report.GetProperty("messages");
        (messages.GetProperty("accepted").GetInt64(), messages.GetProperty("refused").GetInt64()).ShouldBe((run.Messages.Count, refused));
        report.GetProperty("bytes").GetInt64().ShouldBe(run.Messages.Sum(message => message.Bytes.Length));
        report.GetProperty("connections").GetInt64().ShouldBe(run.Sessions.Count);
        report.GetProperty("recipients").GetProperty("permfail").GetInt64().ShouldBe(refused);
        (run.ExitCode, asked.Count).ShouldBe((0, 40));
    }

    [Theory]
    [InlineData("refused>0", 1)]
    [InlineData("refused>1000", 0)]
    [InlineData("accepted<1", 0)]
    [InlineData("accepted>0,refused<0", 1)]
    public async Task Fail_if_decides_about_the_exit_code(string condition, int exitCode)
    {
        var run = await new FlagRun { Answer = RefusesB }.RunAsync($"--message-count 40 --domain a.example --domain b.example --keep-going --fail-if {condition}");

        run.ExitCode.ShouldBe(exitCode);
    }

    [Theory]
    [InlineData("p99>1s", 1)]
    [InlineData("p99>3s", 0)]
    public async Task Fail_if_compares_times(string condition, int exitCode)
    {
        var clock = new LeapingClock();
        var run = await new FlagRun
        {
            Clock = clock,
            Answer = line =>
            {
                clock.Advance(line == "." ? TimeSpan.FromSeconds(2) : TimeSpan.Zero);
                return null;
            },
        }.RunAsync($"--message-count 3 --fail-if {condition}");

        run.ExitCode.ShouldBe(exitCode);
    }

    [Fact]
    public async Task Without_keep_going_a_refused_message_ends_the_run()
    {
        var run = await new FlagRun { Answer = RefusesB }.RunAsync("--message-count 40 --domain b.example");

        (run.ExitCode, run.Messages.Count).ShouldBe((1, 0));
        run.Sessions.SelectMany(session => session.Heard).Count(line => line.StartsWith("MAIL", StringComparison.Ordinal)).ShouldBe(1);
    }

    private static string? RefusesB(string line) =>
        line.StartsWith("RCPT", StringComparison.Ordinal) && line.Contains("@b.example", StringComparison.Ordinal) ? "550 5.1.1 No\r\n" : null;
}
