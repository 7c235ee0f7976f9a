using SmartSink.Testing.Time;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>Runs against a server of the test's own.</summary>
internal static class Runs
{
    /// <summary>One worker, one domain, no end but the number of messages.</summary>
    public static TrafficOptions To(FakeServer server, long messages) => new()
    {
        Target = server.EndPoint,
        Concurrency = 1,
        Domains = [new("a.example", 1)],
        Duration = null,
        KeepGoing = true,
        MessageCount = messages,
        RunId = "run",
    };

    /// <summary>Makes a run to its end.</summary>
    public static async Task<(TrafficEnd End, CountingObserver Observer)> MakeAsync(this TrafficOptions options, TimeProvider? clock = null)
    {
        var observer = new CountingObserver();
        var end = await TrafficRun.RunAsync(options, observer, clock ?? TimeProvider.System, TestContext.Current.CancellationToken);
        return (end, observer);
    }

    /// <summary>Stops a run whose server has fallen silent: it ends ten seconds later, and no earlier.</summary>
    public static async Task<(TrafficEnd End, CountingObserver Observer)> StopInSilenceAsync(
        this TrafficOptions options, FakeServer server, ManualTimeProvider clock)
    {
        using var stop = new CancellationTokenSource();
        var observer = new CountingObserver();
        var run = TrafficRun.RunAsync(options, observer, clock, stop.Token);
        await server.Silent;

        await stop.CancelAsync();
        clock.Advance(TimeSpan.FromSeconds(9));
        run.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(2));
        return (await run, observer);
    }
}
