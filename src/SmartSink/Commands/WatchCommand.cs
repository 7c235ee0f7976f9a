using System.CommandLine;
using System.Runtime.InteropServices;
using SmartSink.Hosting;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SmartSink.Commands;

/// <summary><c>smartsink watch</c>: what a running sink does, in a terminal: the page's first screen, for those who work over SSH.</summary>
internal static class WatchCommand
{
    private const string Footer = "q or Ctrl-C ends";

    /// <summary>What a screen has that goes into a file.</summary>
    private const int UsualWidth = 100;

    private const int UsualHeight = 40;

    /// <summary>Looks at the window's size for each question to the sink.</summary>
    private const int LooksPerAnswer = 4;

    // The alternate screen, which has no past to scroll to (xterm's control sequences).
    private const string OtherScreen = "\u001b[?1049h\u001b[H";
    private const string UsualScreen = "\u001b[?1049l";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = Interval / LooksPerAnswer;
    private static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(50);

    public static Command Create()
    {
        var url = CommandLine.Url();
        var token = OverrideCommand.Token();
        var once = new Option<bool>("--once") { Description = "Print one screen and exit; the exit code is 1 if the sink does not answer" };
        var command = new Command("watch", "Watch a running sink in the terminal: rates, domains, overrides and refusals; without a terminal, one line a second") { url, token, once };
        command.SetAction(async (line, cancellation) =>
        {
            using var feed = new WatchFeed(line.GetValue(url)!, OverrideCommand.TokenIn(line, token), TimeProvider.System);
            using var stop = new StopSignal(cancellation);
            var output = line.InvocationConfiguration.Output;
            if (line.GetValue(once))
            {
                return await ShowOnceAsync(feed, output, stop.Token);
            }

            if (ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected
                && AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }) is { Profile.Capabilities.Ansi: true } console)
            {
                var keys = HeedKeysAsync(stop);
                await ShowAsync(feed, console, TimeProvider.System, stop.Token);
                stop.Stop();
                await keys;
            }
            else
            {
                await TellAsync(feed, output, TimeProvider.System, stop.Token);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Prints one screen, as text alone where the output is no terminal.</summary>
    public static async Task<int> ShowOnceAsync(WatchFeed feed, TextWriter output, CancellationToken stop)
    {
        var view = await feed.AskAsync(stop);
        var place = new AnsiConsoleOutput(output);
        var isTerminal = place.IsTerminal;
        var console = AnsiConsole.Create(isTerminal
            ? new AnsiConsoleSettings { Out = place }
            : new AnsiConsoleSettings { Out = place, Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = isTerminal ? console.Profile.Width : UsualWidth;
        console.Write(WatchScreen.Draw(view, console.Profile.Width - 1, isTerminal ? console.Profile.Height - 1 : UsualHeight));
        return view.Problem is null ? ExitCodes.Success : ExitCodes.Failure;
    }

    /// <summary>Writes a line each second until it is stopped.</summary>
    public static async Task TellAsync(WatchFeed feed, TextWriter output, TimeProvider time, CancellationToken stop) => await EachAsync(
        Interval,
        time,
        async _ =>
        {
            await output.WriteLineAsync(WatchScreen.Line(await feed.AskAsync(stop)));
            await output.FlushAsync(stop);
            return true;
        },
        stop);

    /// <summary>Shows a screen that is drawn anew each second, until it is stopped; then the terminal is as it was.</summary>
    public static async Task ShowAsync(WatchFeed feed, IAnsiConsole console, TimeProvider time, CancellationToken stop)
    {
        console.Write(new ControlCode(OtherScreen));
        try
        {
            var view = await feed.AskAsync(stop);
            while (!stop.IsCancellationRequested)
            {
                view = await ShowAsync(feed, console, view, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It was to end.
        }
        finally
        {
            console.Write(new ControlCode(UsualScreen));
        }
    }

    // A live display has one size: a window of another size has another display.
    private static async Task<WatchView> ShowAsync(WatchFeed feed, IAnsiConsole console, WatchView view, TimeProvider time, CancellationToken stop)
    {
        var (width, height) = (console.Profile.Width, console.Profile.Height);
        console.Clear();
        await console.Live(Draw()).AutoClear(true).StartAsync(context => EachAsync(Look, time, number => LookAsync(context, number), stop));
        return view;

        async Task<bool> LookAsync(LiveDisplayContext context, int number)
        {
            if (number % LooksPerAnswer == 0)
            {
                view = await feed.AskAsync(stop);
                context.UpdateTarget(Draw());
                context.Refresh();
            }

            return console.Profile.Width == width && console.Profile.Height == height;
        }

        // The last column and the last line stay free, as some terminals move on behind them.
        IRenderable Draw() => WatchScreen.Draw(view, width - 1, height - 1, Footer);
    }

    // Until it is stopped, or told that it is enough.
    private static async Task EachAsync(TimeSpan interval, TimeProvider time, Func<int, Task<bool>> show, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            for (var number = 0; await show(number); number++)
            {
                await timer.WaitForNextTickAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It was to end.
        }
    }

    /// <summary>Ends the watching at q or Escape, where there are keys.</summary>
    private static async Task HeedKeysAsync(StopSignal stop)
    {
        if (Console.IsInputRedirected)
        {
            return;
        }

        while (!stop.Token.IsCancellationRequested)
        {
            while (Console.KeyAvailable)
            {
                if (Console.ReadKey(intercept: true) is { KeyChar: 'q' or 'Q' } or { Key: ConsoleKey.Escape })
                {
                    stop.Stop();
                }
            }

            await Task.Delay(KeyInterval, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Turns SIGINT and SIGTERM, and q, into a cancellation, so that the terminal is left as it was found.</summary>
    internal sealed class StopSignal : IDisposable
    {
        private readonly CancellationTokenSource _source;
        private readonly PosixSignalRegistration[] _registrations;

        public StopSignal(CancellationToken cancellation)
        {
            _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Take), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take)];
        }

        public CancellationToken Token => _source.Token;

        public void Stop() => _source.Cancel();

        public void Dispose()
        {
            foreach (var registration in _registrations)
            {
                registration.Dispose();
            }

            _source.Dispose();
        }

        private void Take(PosixSignalContext context)
        {
            context.Cancel = true;
            _source.Cancel();
        }
    }
}
