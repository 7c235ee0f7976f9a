using System.Globalization;
using SmartSink.Shared;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <summary>A run from its first connection to its last.</summary>
internal static class TrafficRun
{
    /// <summary>How long messages under way may take to finish after the run's end, before their connections are closed.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    /// <summary>Does what the options ask for.</summary>
    /// <param name="options">What to send, and where to.</param>
    /// <param name="observer">Hears what becomes of it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="stop">Ends the run early, but cleanly: messages under way are finished.</param>
    /// <exception cref="TrafficException">It cannot begin: a file cannot be read, the target's name has no address, or there are not enough file descriptors.</exception>
    public static async Task<TrafficEnd> RunAsync(
        TrafficOptions options, ITrafficObserver observer, TimeProvider clock, CancellationToken stop)
    {
        CheckDescriptors(options, DescriptorLimit.Read());
        var messages = new MessageGenerator(options, clock);
        using ITransport transport = options.Http is null
            ? new SmtpTransport(await ConnectionPlan.MakeAsync(options, stop))
            : await InjectTransport.MakeAsync(options, observer, clock, stop);
        var schedule = new Schedule(options, clock);
        using var control = new RunControl(schedule, clock);
        var run = new TrafficContext(options, messages, schedule, observer, control, clock);
        Worker[] workers = [.. Enumerable.Range(0, options.Concurrency).Select(index => new Worker(run, transport.CreateSender(run, index)))];
        using (stop.UnsafeRegister(_ => control.Stop(), null))
        await using (clock.CreateTimer(_ => Beat(run, workers), null, Heartbeat, Heartbeat))
        {
            // What follows is not to run upon a thread that polls the sockets.
            await Task.WhenAll(workers.Select(worker => worker.RunAsync())).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        foreach (var worker in workers)
        {
            worker.Dispose();
        }

        if (control.Reason is { } reason)
        {
            observer.Ended(reason);
        }

        // What is given up after a stop fails because of it.
        return stop.IsCancellationRequested ? TrafficEnd.Cancelled : control.HasFailed ? TrafficEnd.Failed : TrafficEnd.Complete;
    }

    /// <summary>Refuses a run that would use up the process's file descriptors: the process could not even end it in order.</summary>
    /// <param name="options">Say how many connections there will be at once.</param>
    /// <param name="limit">On open files; null for none.</param>
    /// <exception cref="TrafficException">There is not enough room.</exception>
    public static void CheckDescriptors(TrafficOptions options, int? limit)
    {
        if (DescriptorLimit.Connections(options.Concurrency, limit) is var room && room < options.Concurrency)
        {
            throw new TrafficException(string.Create(
                CultureInfo.InvariantCulture, $"{FlagNames.Concurrency}: the limit of {limit:N0} open files leaves room for {room:N0} connections; raise it with ulimit -n"));
        }
    }

    private static void Beat(TrafficContext run, Worker[] workers)
    {
        var now = run.Clock.GetTimestamp();
        if (now >= run.Schedule.Deadline)
        {
            run.Control.Stop();
        }

        var overdue = run.Control.StoppedAt is { } stopped && run.Clock.GetElapsedTime(stopped, now) > Grace;
        foreach (var worker in workers)
        {
            worker.Expire(overdue ? long.MaxValue : now);
        }
    }
}

/// <summary>What all workers of a run share.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Messages">Makes the messages.</param>
/// <param name="Schedule">Says when the next one goes, and when there are no more.</param>
/// <param name="Observer">Hears what becomes of them.</param>
/// <param name="Control">Ends the run.</param>
/// <param name="Clock">The time.</param>
internal sealed record TrafficContext(
    TrafficOptions Options,
    MessageGenerator Messages,
    Schedule Schedule,
    ITrafficObserver Observer,
    RunControl Control,
    TimeProvider Clock);

/// <summary>How a run is ended early: no message is begun any more, and who waits to begin one waits no longer.</summary>
internal sealed class RunControl(Schedule schedule, TimeProvider clock) : IDisposable
{
    /// <summary>Connections being made at once: more would overflow a server's backlog, which costs seconds.</summary>
    private const int Connecting = 128;

    private readonly CancellationTokenSource _stopped = new();
    private int _failed;
    private string? _reason;
    private long _stoppedAt;

    /// <summary>Cancelled when no message is to be begun any more.</summary>
    public CancellationToken Stopped => _stopped.Token;

    public SemaphoreSlim Gate { get; } = new(Connecting);

    /// <summary>Whether a message failed that was not to fail.</summary>
    public bool HasFailed => Volatile.Read(ref _failed) != 0;

    /// <summary>Why no further try could have helped; null when none of them ended the run.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <summary>When the run was ended, as a time stamp; null before.</summary>
    public long? StoppedAt => Volatile.Read(ref _stoppedAt) is var time and not 0 ? time : null;

    public void Stop()
    {
        Interlocked.CompareExchange(ref _stoppedAt, Math.Max(clock.GetTimestamp(), 1), 0);
        schedule.Stop();
        // Continuations are the workers'; they are not to run one after the other in the caller.
        _ = _stopped.CancelAsync();
    }

    /// <summary>Ends the run because a message failed.</summary>
    public void Fail()
    {
        Volatile.Write(ref _failed, 1);
        Stop();
    }

    /// <summary>Ends the run because the server will not do what it was asked for, however often it is asked.</summary>
    /// <param name="reason">One line for the user; the first is kept.</param>
    public void Fail(string reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        Fail();
    }

    public void Dispose()
    {
        _stopped.Dispose();
        Gate.Dispose();
    }
}
