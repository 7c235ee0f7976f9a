using System.Diagnostics;
using System.Net;
using SmartSink.Testing;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Processes;

/// <summary>
/// The sink keeps descriptors for itself, so its own connections cannot take the last one; but the system as a whole can run out of them,
/// and a limit can be lowered while the sink runs.
/// </summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class OutOfDescriptorsTests
{
    private const int Crowd = 20;
    private const int Workers = 2;

    /// <summary>The pauses from 10 ms to the longest, which is a second.</summary>
    private const int GrowingPauses = 7;

    /// <summary>Turns of a polling thread for a failed accept: the attempt, and the end of the pause after it.</summary>
    private const int PerFailure = 2;

    /// <summary>Octets of resident memory that an outage may take.</summary>
    private const double Memory = 16 * 1024 * 1024;

    /// <summary>The runtime itself needs descriptors for a thread and ends the process when it gets none: here all of its threads are there before.</summary>
    private static readonly Dictionary<string, string> NoNewThreads = new(StringComparer.Ordinal)
    {
        ["DOTNET_ThreadPool_ForceMinWorkerThreads"] = $"{Workers}",
        ["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = $"{Workers}",
        ["DOTNET_ThreadPool_ThreadTimeoutMs"] = "-1",
        ["DOTNET_TieredCompilation"] = "0",
    };

    [Fact]
    public async Task Without_a_descriptor_the_sink_tries_ever_more_seldom_serves_whom_it_has_and_takes_who_waits_when_there_are_some_again()
    {
        await using var sink = await SinkProcess.StartAsync("[default]\nbounce = 0\ndefer = 0\n", NoNewThreads);
        var server = new IPEndPoint(IPAddress.Loopback, sink.SmtpPort);
        using var inside = BlockingClient.Greeted(server);
        inside.Deliver();
        await Patience.UntilAsync(async () =>
            (await Task.WhenAll(Enumerable.Range(0, 4 * Workers).Select(_ => sink.MetricsAsync())))[^1].Sum("dotnet_thread_pool_threads") == Workers);
        var before = await sink.MetricsAsync();

        var limit = OpenFiles.Exhaust(sink.Id);
        var began = Stopwatch.GetTimestamp();
        var waiting = Enumerable.Range(0, Crowd).Select(_ => new BlockingClient(server)).ToList();
        var delivered = 0;
        MetricsScrape metrics;
        var patience = Patience.Token();
        do
        {
            patience.ThrowIfCancellationRequested();
            inside.Deliver();
            delivered++;
            metrics = await sink.MetricsAsync();
        }
        while (Failures(metrics) <= GrowingPauses);

        Failures(metrics).ShouldBeLessThanOrEqualTo(GrowingPauses + 1 + Stopwatch.GetElapsedTime(began).TotalSeconds);
        Grown("smartsink_polling_turns_total").ShouldBeLessThanOrEqualTo((Failures(metrics) * PerFailure) + (delivered * BlockingClient.TurnsForMessage));
        Grown("process_resident_memory_bytes").ShouldBeLessThan(Memory);
        Grown("smartsink_connections_open").ShouldBe(0);

        OpenFiles.Allow(sink.Id, limit);
        waiting.ForEach(client => client.Reply().ShouldBe(220));
        inside.Deliver();
        (await sink.MetricsAsync()).Sum("smartsink_connections_open").ShouldBe(Crowd + 1);
        waiting.ForEach(client => client.Dispose());
        (await sink.TerminateAsync()).ShouldBe(0, sink.Output);

        double Grown(string name) => metrics.Sum(name) - before.Sum(name);
    }

    private static double Failures(MetricsScrape metrics) => metrics.Sum("smartsink_accept_errors_total", ("error", "TooManyOpenSockets"));
}
