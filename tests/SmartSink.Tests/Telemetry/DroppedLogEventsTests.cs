using Serilog.Sinks.Async;
using SmartSink.Telemetry;

namespace SmartSink.Tests.Telemetry;

public sealed class DroppedLogEventsTests
{
    [Fact]
    public void Dropped_events_are_a_metric_and_outlive_the_queue()
    {
        using var metrics = new MetricsFixture();
        var dropped = new DroppedLogEvents();
        dropped.Register(metrics.Factory);
        metrics.Scrape().Sum("smartsink_log_events_dropped_total").ShouldBe(0);

        var queue = new Queue { DroppedMessagesCount = 5 };
        dropped.StartMonitoring(queue);
        metrics.Scrape().Sum("smartsink_log_events_dropped_total").ShouldBe(5);

        queue.DroppedMessagesCount = 7;
        dropped.StopMonitoring(queue);
        metrics.Scrape().Sum("smartsink_log_events_dropped_total").ShouldBe(7);
    }

    private sealed class Queue : IAsyncLogEventSinkInspector
    {
        public int BufferSize => 10;

        public int Count => 10;

        public long DroppedMessagesCount { get; set; }
    }
}
