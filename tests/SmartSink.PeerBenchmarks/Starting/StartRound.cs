using System.Diagnostics;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Starting;

/// <summary>Starts each sink once.</summary>
/// <param name="server">Which build of SmartSink.</param>
/// <param name="state">Its state folder: a certificate is made at the first start only.</param>
/// <param name="floor">The compiled C loop.</param>
/// <param name="share">What part of the usual time to wait before the memory is read.</param>
internal sealed class StartRound(ServerCommand server, string state, string floor, double share)
{
    private const double BannerMark = 80;

    private const double ResidentMark = 40;

    private const string BannerMeasure = "first banner, ms after exec";

    /// <summary>Until then what runs in the background after a start is over.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);

    private static readonly string Policy = RepositoryRoot.Combine("policy", "responses.toml");

    /// <summary>Runs the round; the sinks' memory is read when all have been idle for twenty seconds.</summary>
    public async Task<IReadOnlyList<StartReading>> RunAsync(CancellationToken cancellation)
    {
        List<StartReading> readings =
        [
            new(SinkNames.SmartSink, "--version, ms: the runtime and the command line", await TimeAsync(() => server.RunAsync("--version"))),
            new(SinkNames.SmartSink, "check, ms: these and the shipped policy", await TimeAsync(() => server.RunAsync("check", Policy))),
        ];
        var sinks = new List<ISink>();
        try
        {
            // The server is the last: compilation in the background goes on for a while after its start.
            foreach (var start in new[] { () => PeerProcess.StartFloorAsync(floor), PeerProcess.StartSmtpSinkAsync, StartServerAsync })
            {
                var banner = await TimeAsync(async () => sinks.Add(await start()));
                readings.Add(new(sinks[^1].Name, BannerMeasure, banner, sinks[^1] is SmartSinkServer ? BannerMark : null));
            }

            await Task.Delay(Settling * share, cancellation);
            readings.AddRange(sinks.Select(sink => new StartReading(
                sink.Name, "RSS when idle, MB", ProcessReading.Of(sink.ProcessId).Resident / 1e6, sink is SmartSinkServer ? ResidentMark : null)));
            return readings;
        }
        finally
        {
            foreach (var sink in sinks)
            {
                await sink.DisposeAsync();
            }
        }
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var started = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private async Task<ISink> StartServerAsync()
    {
        var port = LoopbackPort.Free();
        var starting = server.StartAsync(string.Empty, ("SINK_PORT", $"{port}"), ("SINK_STATE", state), ("SINK_DATA", Policy));
        await Banner.AwaitAsync(port, () => starting.IsFaulted);
        return new SmartSinkServer(await starting);
    }
}
