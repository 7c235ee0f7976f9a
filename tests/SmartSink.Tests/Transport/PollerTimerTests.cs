using System.Diagnostics;
using SmartSink.Transport;
using Channels = System.Threading.Channels.Channel;

namespace SmartSink.Tests.Transport;

public sealed class PollerTimerTests : IDisposable
{
    private readonly SocketPoller _poller = new("test");

    public void Dispose() => _poller.Dispose();

    [Fact]
    public async Task It_goes_off_once_each_time_that_it_is_set_on_the_pollers_thread_and_never_early()
    {
        var calls = Channels.CreateUnbounded<(string? Thread, long At)>();
        using var timer = new PollerTimer(_poller, () => calls.Writer.TryWrite((Thread.CurrentThread.Name, Stopwatch.GetTimestamp())));
        foreach (var due in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(30)])
        {
            var start = Stopwatch.GetTimestamp();
            timer.Change(due, Timeout.InfiniteTimeSpan).ShouldBeTrue();
            var (thread, at) = await calls.Reader.ReadAsync(TestContext.Current.CancellationToken);
            thread.ShouldBe("test");
            Stopwatch.GetElapsedTime(start, at).ShouldBeGreaterThanOrEqualTo(due);
        }

        calls.Reader.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Set_anew_it_goes_off_at_the_new_time()
    {
        var calls = Channels.CreateUnbounded<long>();
        using var timer = new PollerTimer(_poller, () => calls.Writer.TryWrite(Stopwatch.GetTimestamp()));
        var start = Stopwatch.GetTimestamp();
        timer.Change(TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        timer.Change(TimeSpan.FromMilliseconds(20), Timeout.InfiniteTimeSpan);
        Stopwatch.GetElapsedTime(start, await calls.Reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public void Disposed_it_is_not_set_any_more()
    {
        var timer = new PollerTimer(_poller, () => { });
        timer.Dispose();
        timer.Dispose();
        timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan).ShouldBeFalse();
    }
}
