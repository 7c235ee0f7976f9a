using SmartSink.Testing.Time;
using SmartSink.TrafficGen.Display;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Reporting;
using Spectre.Console;

namespace SmartSink.TrafficGen.Tests.Display;

public sealed class ProgressTests
{
    private static readonly ProgressSample Sample = new(
        TimeSpan.FromSeconds(90), 6544.4, 52_963, 12, 3, new RecipientCounts(52_963, 1_000, 200), 5, 100, TimeSpan.FromMilliseconds(16.534), TimeSpan.FromMilliseconds(36), 0.25);

    private readonly ManualTimeProvider _time = new();
    private readonly TrafficRecorder _recorder = new();

    [Fact]
    public void A_line() => ProgressLine.Format(Sample).ShouldBe(
        "90s 25%: 6,544/s, 23,559,840/h; accepted 52,963, failed 12, retried 3; recipients 52,963/1,000/200; "
        + "p50 16.534 ms, p99 36.000 ms; connections 100, faults 5");

    [Fact]
    public void A_panel()
    {
        var text = Draw(Sample);
        text.ShouldContain("6,544/s, 23,559,840/h");
        text.ShouldContain("accepted 52,963, tempfail 1,000, permfail 200");
        text.ShouldContain("open 100, faults 5");
        text.ShouldContain("0:01:30  ##########------------------------------ 25%");
    }

    [Fact]
    public void Without_a_known_end_there_is_no_bar()
    {
        Draw(Sample with { Done = null }).ShouldNotContain("--");
        ProgressLine.Format(Sample with { Done = null }).ShouldStartWith("90s: ");
    }

    [Fact]
    public void A_rate_is_that_of_the_time_since_the_sample_before()
    {
        var meter = new ProgressMeter(new TrafficOptions(), _recorder, _time);
        Accept(10);
        _time.Advance(TimeSpan.FromSeconds(2));
        meter.Take().PerSecond.ShouldBe(5);
        Accept(3);
        _time.Advance(TimeSpan.FromSeconds(1));
        meter.Take().PerSecond.ShouldBe(3);
        meter.Take().PerSecond.ShouldBe(0);
    }

    [Theory]
    [InlineData(100.0, null, 0.1)]
    [InlineData(null, 40L, 0.25)]
    [InlineData(100.0, 40L, 0.25)]
    [InlineData(20.0, 40L, 0.5)]
    [InlineData(5.0, null, 1.0)]
    [InlineData(null, null, null)]
    public void The_nearer_end_is_shown(double? seconds, long? count, double? done)
    {
        var options = new TrafficOptions { Duration = seconds is { } value ? TimeSpan.FromSeconds(value) : null, MessageCount = count };
        var meter = new ProgressMeter(options, _recorder, _time);
        Accept(8);
        _recorder.MessageRefused(0);
        _recorder.MessageGivenUp(0);
        _time.Advance(TimeSpan.FromSeconds(10));
        meter.Take().Done.ShouldBe(done);
    }

    [Fact]
    public void Open_connections()
    {
        _recorder.Connected();
        _recorder.Connected();
        _recorder.Disconnected();
        new ProgressMeter(new TrafficOptions(), _recorder, _time).Take().Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(40)]
    [InlineData(15)]
    [InlineData(1)]
    public void No_line_wraps(int width)
    {
        var lines = Draw(Sample, width).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(6);
        lines.ShouldAllBe(line => line.TrimEnd('\r').Length <= Math.Max(width - 1, 14));
    }

    private static string Draw(ProgressSample sample, int width = 120)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 120;
        console.Write(ProgressPanel.Render(sample, width));
        return text.ToString();
    }

    private void Accept(int messages)
    {
        for (var i = 0; i < messages; i++)
        {
            _recorder.MessageAccepted(0, 1);
        }
    }
}
