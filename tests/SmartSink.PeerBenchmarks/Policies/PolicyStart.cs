using System.Diagnostics;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Policies;

/// <summary>What a policy costs before the first mail.</summary>
/// <param name="Check">Seconds that <c>smartsink check</c> takes, from exec to its end.</param>
/// <param name="Banner">Seconds from the server's exec to its banner.</param>
/// <param name="Resident">Octets of memory, five seconds later.</param>
/// <param name="PeakResident">The most until then.</param>
internal sealed record PolicyStart(double Check, double Banner, long Resident, long PeakResident)
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <summary>Checks a policy, starts a server with it and ends that again.</summary>
    /// <param name="server">Which build.</param>
    /// <param name="file">The policy.</param>
    /// <param name="state">The server's state folder, with a certificate in it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<PolicyStart> MeasureAsync(ServerCommand server, string file, string state, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await server.RunAsync("check", file);
        var check = Stopwatch.GetElapsedTime(started);
        var port = LoopbackPort.Free();
        started = Stopwatch.GetTimestamp();
        var starting = server.StartAsync(string.Empty, ("SINK_PORT", $"{port}"), ("SINK_STATE", state), ("SINK_DATA", file));
        await Measuring.Banner.AwaitAsync(port, () => starting.IsFaulted);
        var banner = Stopwatch.GetElapsedTime(started);
        await using var sink = await starting;
        await Task.Delay(Settling, cancellation);
        var reading = ProcessReading.Of(sink.Id);
        return new PolicyStart(check.TotalSeconds, banner.TotalSeconds, reading.Resident, reading.PeakResident);
    }
}
