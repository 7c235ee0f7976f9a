using System.Runtime.InteropServices;
using System.Text.Json;
using SmartSink.Shared;
using SmartSink.TrafficGen.Display;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Reporting;
using SmartSink.TrafficGen.Sending;
using SmartSink.TrafficGen.Verifying;

namespace SmartSink.TrafficGen;

/// <summary>One run from its first message to its report.</summary>
/// <param name="output">Gets the report.</param>
/// <param name="error">Gets progress and errors.</param>
/// <param name="time">The clock.</param>
/// <param name="run">Sends the messages.</param>
internal sealed class TrafficSession(TextWriter output, TextWriter error, TimeProvider time, TrafficRunner run)
{
    public TextWriter Output => output;
    public TextWriter Error => error;

    /// <summary>Tells why there is no run.</summary>
    /// <param name="mistakes">A line each.</param>
    public int Refuse(IEnumerable<string> mistakes)
    {
        foreach (var mistake in mistakes)
        {
            Tell(mistake);
        }

        return ExitCodes.Usage;
    }

    /// <summary>Says a line on standard error, if that can be written to.</summary>
    public void Tell(string line)
    {
        try
        {
            error.WriteLine(line);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Full or closed: nobody is left to be told.
        }
    }

    /// <summary>Runs, reports, and returns the exit code. The first SIGINT or SIGTERM ends the run and lets it report; the second ends the process.</summary>
    public async Task<int> RunAsync(TrafficOptions options)
    {
        using var stop = new StopSignals(time);
        try
        {
            await using var file = options.ReportFile is null ? null : Create(options.ReportFile);
            using var verifier = options.Verify.Count == 0
                ? null
                : await Verifier.StartAsync(options, [.. options.Verify.Select(sink => new SinkMetrics(sink))], time, stop.Token);
            var report = await RunAsync(options, verifier, stop.Token);
            if (report.Reason is { } reason)
            {
                Tell(reason);
            }

            return await ReportAsync(report, file);
        }
        catch (TrafficException exception)
        {
            return Refuse([exception.Message]);
        }
        catch (VerifyException exception)
        {
            Tell(exception.Message);
            return ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return ExitCodes.Failure;
        }
    }

    /// <summary>Before the run, so that no report of hours is lost for a wrong path. What the file holds stays until there is a report.</summary>
    private static FileStream Create(string file)
    {
        try
        {
            // Without a buffer, what could not be written is not tried once more when the file is closed.
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TrafficException($"{FlagNames.Report}: {exception.Message}", exception);
        }
    }

    /// <summary>Writes the report to each of its places, whatever became of the other: a full disk must not take a run's result away.</summary>
    /// <returns>The exit code: the report's, or that of a failure when it is not whole everywhere.</returns>
    private async Task<int> ReportAsync(TrafficReport report, FileStream? file)
    {
        if (!await TryWriteAsync("standard output", () => output.WriteAsync(ReportText.Format(report))))
        {
            report = report with { ExitCode = ExitCodes.Failure };
        }

        return file is null || await TryWriteAsync(FlagNames.Report, () => WriteAsync(report, file))
            ? report.ExitCode
            : ExitCodes.Failure;
    }

    private static Task WriteAsync(TrafficReport report, FileStream file)
    {
        // A pipe or a device has no length to lose.
        if (file is { CanSeek: true, Length: > 0 })
        {
            file.SetLength(0);
        }

        return JsonSerializer.SerializeAsync(file, report, ReportJson.Default.TrafficReport, CancellationToken.None);
    }

    private async Task<bool> TryWriteAsync(string place, Func<Task> write)
    {
        try
        {
            await write();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Tell($"{place}: {exception.Message}");
            return false;
        }
    }

    private async Task<TrafficReport> RunAsync(TrafficOptions options, Verifier? verifier, CancellationToken stop)
    {
        var recorder = new TrafficRecorder(verifier is null ? null : new MessageFates(time));
        var started = time.GetUtcNow();
        var begin = time.GetTimestamp();
        TrafficEnd end;
        TimeSpan took;
        await using (ProgressDisplay.Start(new ProgressMeter(options, recorder, time), error, time))
        {
            end = await SendAsync(options, recorder, stop);
            took = time.GetElapsedTime(begin);
        }

        // The signal that ended the run is not to spare the sink its time as well; one that comes now is.
        var ended = stop.IsCancellationRequested;
        var report = ReportBuilder.Build(options, recorder, end, started, took);
        report = report with
        {
            FailIf = [.. options.FailIf.Select(condition => FigureCatalog.Judge(condition, report))],
            Verify = verifier is null ? null : await verifier.CompareAsync(recorder.ReadCounts(), recorder.Fates, ended ? CancellationToken.None : stop),
        };
        return report with { ExitCode = ExitCodes.Judge(report, end, options.KeepGoing) };
    }

    /// <summary>A run that was stopped still has its report, however it took the stop.</summary>
    private async Task<TrafficEnd> SendAsync(TrafficOptions options, TrafficRecorder recorder, CancellationToken stop)
    {
        try
        {
            return await run(options, recorder, time, stop);
        }
        catch (OperationCanceledException)
        {
            return TrafficEnd.Cancelled;
        }
    }
}

/// <summary>Sends the messages of a run.</summary>
/// <param name="options">What is asked.</param>
/// <param name="observer">Hears what becomes of it.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="stop">Ends the run before its time.</param>
internal delegate Task<TrafficEnd> TrafficRunner(TrafficOptions options, ITrafficObserver observer, TimeProvider clock, CancellationToken stop);

internal static class ExitCodes
{
    /// <summary>The run did what was asked.</summary>
    public const int Success = 0;

    /// <summary>It did not: messages failed, it was stopped, a condition of --fail-if held, or the sink counted otherwise.</summary>
    public const int Failure = 1;

    public const int Usage = 2;

    /// <summary>Judges a run that has ended.</summary>
    /// <param name="report">The run, with its conditions and comparison.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="keepGoing">Whether messages may fail; but when not one was answered, nothing was done that was asked.</param>
    public static int Judge(TrafficReport report, TrafficEnd end, bool keepGoing)
    {
        var (accepted, refused, givenUp, _, _, left) = report.Messages;
        var did = end == TrafficEnd.Complete && left == 0 && (keepGoing ? accepted + refused > 0 : refused + givenUp == 0 && accepted > 0);
        return did && report.FailIf.All(condition => !condition.Holds) && report.Verify is null or { Agrees: true } ? Success : Failure;
    }
}

/// <summary>Turns the first SIGINT or SIGTERM into a cancellation; the second ends the process as if nobody listened.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly StopRequests _requests;

    public StopSignals(TimeProvider clock)
    {
        _requests = new StopRequests(clock);
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop)];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = !_requests.Take();
        _source.Cancel();
    }
}
