using SmartSink.Shared;
using SmartSink.Testing.Time;

namespace SmartSink.Tests.Shared;

public sealed class StopRequestsTests
{
    /// <summary>Once, a sink under timeout(1) got SIGTERM twice and ended in the middle of a transaction.</summary>
    [Fact]
    public void A_signal_that_comes_twice_at_once_is_one_request()
    {
        var clock = new ManualTimeProvider();
        var requests = new StopRequests(clock);
        requests.Take().ShouldBeFalse();
        requests.Take().ShouldBeFalse();
        clock.Advance(StopRequests.Echo - TimeSpan.FromMilliseconds(1));
        requests.Take().ShouldBeFalse();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        requests.Take().ShouldBeTrue();
    }
}
