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
        _showing = isTerminal ? ShowInPlaceAsync() : ShowLinesAsync();
    }

    /// <summary>Begins to show.</summary>
    /// <param name="meter">Takes the samples.</param>
    /// <param name="output">Where to; a terminal only if it is standard error and that is one.</param>
    /// <param name="time">The clock.</param>
    public static ProgressDisplay Start(ProgressMeter meter, TextWriter output, TimeProvider time) =>
        new(meter, output, time, isTerminal: ReferenceEquals(output, Console.Error) && !Console.IsErrorRedirected);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _showing;
        _stop.Dispose();
    }

    private async Task ShowLinesAsync() => await EachSecondAsync(() => _output.WriteLine(ProgressLine.Format(_meter.Take())));

    private async Task ShowInPlaceAsync()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output) });
        await console.Live(ProgressPanel.Render(_meter.Take(), console.Profile.Width)).AutoClear(true).StartAsync(context => EachSecondAsync(() =>
        {
            context.UpdateTarget(ProgressPanel.Render(_meter.Take(), console.Profile.Width));
            context.Refresh();
        }));
    }

    private async Task EachSecondAsync(Action show)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                show();
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }
}
