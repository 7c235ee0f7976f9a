using SmartSink.Http;

namespace SmartSink.Tests.Http;

public class SinkStateTests
{
    private readonly SinkState _state = new();

    [Fact]
    public void A_failure_stays_one_through_the_stop_that_it_causes()
    {
        _state.Listening([]);
        _state.Failed();
        _state.Stopping();
        _state.Phase.ShouldBe(SinkPhase.Failed);
    }

    [Fact]
    public void Who_was_told_to_stop_during_the_start_is_not_ready_after_it()
    {
        _state.Stopping();
        _state.Listening([]);
        _state.Phase.ShouldBe(SinkPhase.Stopping);
    }
}
