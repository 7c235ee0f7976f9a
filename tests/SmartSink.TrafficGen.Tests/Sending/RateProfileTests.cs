using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>Messages that are due by the clock.</summary>
public sealed class RateProfileTests
{
    private const int Messages = 400;

    /// <summary>A timer that fires a moment early once made transactions that were over before they were due: the observer takes no time below 0.</summary>
    [Fact]
    public async Task Each_message_takes_its_time()
    {
        await using var server = FakeServer.Start((session, _) => session.ServeAsync());
        var observer = new CountingObserver();
        var options = new TrafficOptions
        {
            Target = server.EndPoint,
            Concurrency = 10,
            RateProfile = [new RateStage(400, 400, TimeSpan.FromSeconds(1))],
            Duration = null,
            MessageCount = Messages,
        };

        var end = await TrafficRun.RunAsync(options, observer, TimeProvider.System, CancellationToken.None);

        end.ShouldBe(TrafficEnd.Complete);
        observer.Accepted.ShouldBe(Messages);
        observer.Times[TrafficStage.Transaction].ShouldBe(Messages);
    }
}
