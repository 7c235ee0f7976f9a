using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using static SmartSink.TrafficGen.Reporting.Numbers;

namespace SmartSink.TrafficGen.Display;

/// <summary>Shows every second how a run stands, until it is disposed of: in place on a terminal, else as a line each.</summary>
internal sealed class ProgressDisplay : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ProgressMeter _meter;
    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _showing;

    private ProgressDisplay(ProgressMeter meter, TextWriter output, TimeProvider time, bool isTerminal)
    {
        _meter = meter;
        _output = output;
        _time = time;
        _showing = ShowAsync(isTerminal);
    }

    /// <summary>Begins to show.</summary>
    /// <param name="meter">Takes the samples.</param>
    /// <param name="output">Where to; a terminal only if it is standard error and that is one.</param>
    /// <param name="time">The clock.</param>
    public static ProgressDisplay Start(ProgressMeter meter, TextWriter output, TimeProvider time) =>
        new(meter, output, time, isTerminal: ReferenceEquals(output, Console.Error) && !Console.IsErrorRedirected);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _showing;
        _stop.Dispose();
    }

    private async Task ShowAsync(bool isTerminal)
    {
        try
        {
            // A terminal that knows no control sequences, TERM=dumb, cannot be drawn over.
            var console = isTerminal ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output) }) : null;
            await (console is { Profile.Capabilities.Ansi: true } ? ShowInPlaceAsync(console) : ShowLinesAsync());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Whoever looked on has gone, or the disk is full. The run goes on.
        }
    }

    private async Task ShowLinesAsync() => await EachSecondAsync(() =>
    {
        _output.WriteLine(ProgressLine.Format(_meter.Take()));
        return true;
    });

    // Spectre keeps a panel as wide as it ever was, so each width of the terminal has a panel of its own.
    private async Task ShowInPlaceAsync(IAnsiConsole console)
    {
        while (!_stop.IsCancellationRequested)
        {
            var width = console.Profile.Width;
            await console.Live(ProgressPanel.Render(_meter.Take(), width)).AutoClear(true).StartAsync(context => EachSecondAsync(() =>
            {
                context.UpdateTarget(ProgressPanel.Render(_meter.Take(), width));
                context.Refresh();
                return console.Profile.Width == width;
            }));
        }
    }

    // Until it is disposed of, or told that it is enough.
    private async Task EachSecondAsync(Func<bool> show)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token) && show())
            {
                // All is done in the condition.
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }
}

/// <summary>A sample as a panel that is drawn over and over. No line of it wraps: a terminal that is too narrow cuts them.</summary>
internal static class ProgressPanel
{
    private const int NameWidth = 13;
    private const int LongestBar = 40;

    /// <summary>Draws it.</summary>
    /// <param name="sample">What to show.</param>
    /// <param name="width">The terminal's columns; the last one stays free, as some terminals go to the next line after it.</param>
    public static IRenderable Render(ProgressSample sample, int width)
    {
        var room = Math.Max(width - 1 - NameWidth, 1);
        var recipients = sample.Recipients;
        return new Rows(
            Line("rate", ProgressLine.Rate(sample.PerSecond), room),
            Line("messages", $"accepted {Whole(sample.Accepted)}, failed {Whole(sample.Failed)}, retried {Whole(sample.Retried)}", room),
            Line("recipients", $"accepted {Whole(recipients.Accepted)}, tempfail {Whole(recipients.TempFailed)}, permfail {Whole(recipients.PermFailed)}", room),
            Line("transaction", $"p50 {Milliseconds(sample.P50.TotalMilliseconds)} ms, p99 {Milliseconds(sample.P99.TotalMilliseconds)} ms", room),
            Line("connections", $"open {Whole(sample.Connections)}, faults {Whole(sample.Faults)}", room),
            Line("time", Time(sample, room), room));
    }

    private static Paragraph Line(string name, string value, int room) =>
        new Paragraph().Append(name.PadRight(NameWidth), new Style(Color.Grey)).Append(value.Length > room ? value[..room] : value);

    private static string Time(ProgressSample sample, int room)
    {
        var elapsed = sample.Elapsed.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);
        if (sample.Done is not { } part)
        {
            return elapsed;
        }

        var percent = Percent(part);
        var bar = Math.Clamp(room - elapsed.Length - percent.Length - 3, 0, LongestBar);
        var full = (int)(part * bar);
        return $"{elapsed}  {new string('#', full)}{new string('-', bar - full)} {percent}";
    }
}

/// <summary>A sample as one line of text.</summary>
internal static class ProgressLine
{
    /// <summary>Writes it, without a line end.</summary>
    public static string Format(ProgressSample sample)
    {
        var done = sample.Done is { } part ? $" {Percent(part)}" : string.Empty;
        return $"{sample.Elapsed.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)}s{done}: {Rate(sample.PerSecond)}; "
            + $"accepted {Whole(sample.Accepted)}, failed {Whole(sample.Failed)}, retried {Whole(sample.Retried)}; "
            + $"recipients {Whole(sample.Recipients.Accepted)}/{Whole(sample.Recipients.TempFailed)}/{Whole(sample.Recipients.PermFailed)}; "
            + $"p50 {Milliseconds(sample.P50.TotalMilliseconds)} ms, p99 {Milliseconds(sample.P99.TotalMilliseconds)} ms; "
            + $"connections {Whole(sample.Connections)}, faults {Whole(sample.Faults)}";
    }

    /// <summary>A rate by the second and the hour.</summary>
    public static string Rate(double perSecond) => $"{Whole(perSecond)}/s, {Whole(perSecond * 3600)}/h";
}
