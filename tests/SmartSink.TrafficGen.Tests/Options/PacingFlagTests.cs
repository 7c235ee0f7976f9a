using System.Text.Json;
using SmartSink.Testing;

namespace SmartSink.TrafficGen.Tests.Options;

/// <summary>When messages go, and when no more do; by a clock that leaps.</summary>
public sealed class PacingFlagTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LeapingClock _clock = new();
    private readonly List<double> _begun = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Throttle_spaces_messages_after_its_burst()
    {
        await RunAsync("--message-count 6 --throttle 10/s,max_burst=2");

        _begun.ShouldBe([0, 0, 100, 200, 300, 400]);
    }

    [Fact]
    public async Task Throttle_lets_the_whole_limit_go_at_once()
    {
        await RunAsync("--message-count 5 --throttle 3/m");

        _begun.ShouldBe([0, 0, 0, 20_000, 40_000]);
    }

    [Fact]
    public async Task Rate_profile_says_when_each_message_is_due()
    {
        await RunAsync("--rate-profile 2/s:2s,0..10/s:1s");

        // The ramp: its area is t² · 5, and reaches n after the root of n / 5 seconds.
        double[] due = [0, 500, 1000, 1500, .. Enumerable.Range(0, 5).Select(number => 2000 + (1000 * Math.Sqrt(number / 5.0)))];
        _begun.Count.ShouldBe(due.Length);
        _begun.Zip(due).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1);
    }

    [Fact]
    public async Task Rate_profile_counts_latency_from_the_time_a_message_was_due()
    {
        var file = _folder.Combine("report.json");

        // The first message takes five seconds; those that were due after one and two had to wait.
        await RunAsync("--rate-profile 1/s:3s --duration 60 --report", TimeSpan.FromSeconds(5), file);

        _begun.ShouldBe([0, 5000, 5000]);
        var (count, least, mean, most) = Transactions(file);
        (count, least, mean, most).ShouldBe((3, 3000, 4000, 5000));
    }

    [Theory]
    [InlineData("--rate-profile 1/s:3s", 2)]
    [InlineData("--rate-profile 1/s:3s --message-count 2", 1)]
    [InlineData("--rate-profile 1/s:3s --duration 60", 0)]
    public async Task Rate_profile_tells_what_was_due_and_never_begun(string flags, int notBegun)
    {
        var file = _folder.Combine("report.json");

        // The first message takes five seconds, and with it the only connection.
        await RunAsync($"{flags} --report", TimeSpan.FromSeconds(5), file);

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        json.RootElement.GetProperty("messages").GetProperty("not_begun").GetInt64().ShouldBe(notBegun);
        _begun.Count.ShouldBe((flags.Contains("count", StringComparison.Ordinal) ? 2 : 3) - notBegun);
    }

    [Fact]
    public async Task Rate_profile_counts_no_time_before_a_message_went()
    {
        var file = _folder.Combine("report.json");

        // Waits are of whole milliseconds, so a message that is due after a third of a second goes a little early.
        await RunAsync("--rate-profile 3/s:1s --report", then: TimeSpan.FromMilliseconds(10), file, each: true);

        Transactions(file).Least.ShouldBe(10);
    }

    [Fact]
    public async Task Without_a_profile_latency_counts_from_the_beginning_of_a_message()
    {
        var file = _folder.Combine("report.json");

        await RunAsync("--message-count 2 --throttle 1/s,max_burst=1 --report", TimeSpan.FromSeconds(5), file);

        Transactions(file).ShouldBe((2, 0, 2500, 5000));
    }

    [Theory]
    [InlineData("--duration 3", 3)]
    [InlineData("--duration 3 --message-count 100", 3)]
    [InlineData("--duration 300 --message-count 5", 5)]
    [InlineData("--message-count 90", 90)]
    public async Task Duration_and_count_end_the_run(string flags, int messages)
    {
        await RunAsync(flags, then: TimeSpan.FromSeconds(1), each: true);

        _begun.ShouldBe(Enumerable.Range(0, messages).Select(number => number * 1000.0));
    }

    private static (long Count, double Least, double Mean, double Most) Transactions(string report)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(report));
        var figures = json.RootElement.GetProperty("latency").EnumerateArray().Single(stage => stage.GetProperty("stage").GetString() == "transaction");
        return (figures.GetProperty("count").GetInt64(), figures.GetProperty("min").GetDouble(), figures.GetProperty("mean").GetDouble(), figures.GetProperty("max").GetDouble());
    }

    // Notes when each message begins. The first, or each, takes a time.
    private async Task RunAsync(string flags, TimeSpan then = default, string? file = null, bool each = false)
    {
        var run = await new FlagRun
        {
            Clock = _clock,
            Answer = line =>
            {
                if (line.StartsWith("MAIL", StringComparison.Ordinal))
                {
                    _begun.Add(_clock.Passed.TotalMilliseconds);
                }

                if (line == "." && (each || _begun.Count == 1))
                {
                    _clock.Advance(then);
                }

                return null;
            },
        }.RunAsync(flags, file is null ? [] : [file]);

        run.ExitCode.ShouldBe(0);
    }
}
