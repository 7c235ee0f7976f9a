using System.Diagnostics;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Generating;

/// <summary>A run of traffic-gen over many connections at a low rate: what they cost the generator.</summary>
/// <param name="Connections">As many as the sink counted at once.</param>
/// <param name="PeakResident">The generator's memory, in octets.</param>
internal sealed record HeldLoad(double Connections, long PeakResident)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Holds the connections for some seconds while a thousand messages a second are sent.</summary>
    /// <exception cref="InvalidOperationException">It ended before its time.</exception>
    public static async Task<HeldLoad> MeasureAsync(TrafficGenerator generator, SinkProcess sink, int connections, CancellationToken cancellation)
    {
        var command = generator.Command(sink.SmtpPort, new GeneratorLoad(1_000, connections, 20_000));
        var start = new ProcessStartInfo(Tool.Find(command[0]) ?? command[0], [.. command.Skip(1), "--throttle", "1000/s", "--keep-going"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("traffic-gen did not start");
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        var held = new HeldLoad(0, 0);
        while (!process.WaitForExit(TimeSpan.Zero))
        {
            var open = (await sink.MetricsAsync()).Sum("smartsink_connections_open");
            held = new HeldLoad(Math.Max(held.Connections, open), ProcessReading.PeakOf(process.Id) ?? held.PeakResident);
            await Task.Delay(Interval, cancellation);
        }

        return process.ExitCode == 0 ? held : throw new InvalidOperationException($"traffic-gen: {await output}{await error}");
    }
}
