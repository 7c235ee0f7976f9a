using System.CommandLine;
using System.Diagnostics;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing;

namespace SmartSink.PeerBenchmarks.Starting;

/// <summary><c>start</c>: from exec to the first banner, and the memory of a sink that nobody uses.</summary>
internal static class StartCommand
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Starts, after one that is not counted", DefaultValueFactory = _ => 5 };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create()
    {
        var command = new Command("start", "Time from exec to the first banner, and memory five seconds later; with the shipped policy") { Rounds };
        ServerCommand.AddTo(command);
        Report.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var server = ServerCommand.Read(line);
        using var state = new TemporaryFolder();
        // The first start makes the certificate and fills the page cache.
        await MeasureAsync(server, state, TimeSpan.Zero, cancellation);
        var banners = new List<double>();
        var idle = new List<double>();
        for (var round = 0; round < line.GetRequiredValue(Rounds); round++)
        {
            var (banner, resident) = await MeasureAsync(server, state, Settling, cancellation);
            banners.Add(banner.TotalMilliseconds);
            idle.Add(resident / 1e6);
        }

        var report = new Report("start", "measure", "median", "lowest", "highest");
        report.Add("first banner, ms after exec", Median.Of(banners), banners.Min(), banners.Max());
        report.Add("RSS when idle, MB", Median.Of(idle), idle.Min(), idle.Max());
        await report.WriteAsync(line);
    }

    private static async Task<(TimeSpan Banner, long Resident)> MeasureAsync(
        ServerCommand server, TemporaryFolder state, TimeSpan settling, CancellationToken cancellation)
    {
        var port = PeerProcess.FreePort();
        var started = Stopwatch.GetTimestamp();
        var starting = server.StartAsync(
            string.Empty,
            ("SINK_PORT", $"{port}"),
            ("SINK_STATE", state.Combine("state")),
            ("SINK_DATA", RepositoryRoot.Combine("policy", "responses.toml")));
        await Banner.AwaitAsync(port, () => starting.IsFaulted);
        var banner = Stopwatch.GetElapsedTime(started);
        await using var sink = await starting;
        await Task.Delay(settling, cancellation);
        return (banner, ProcessReading.Of(sink.Id).Resident);
    }
}
