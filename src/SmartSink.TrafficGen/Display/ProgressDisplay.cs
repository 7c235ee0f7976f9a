using Spectre.Console;

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
