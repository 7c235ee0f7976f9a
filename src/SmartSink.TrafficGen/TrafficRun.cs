using System.Globalization;
using SmartSink.Shared;
using SmartSink.TrafficGen.Behaving;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen;

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
        using ITransport transport = options.Http is not null ? await InjectTransport.MakeAsync(options, observer, clock, stop)
            : options.Behave == Manners.Badly ? new RudeTransport(await ConnectionPlan.MakeAsync(options, stop))
            : new SmtpTransport(await ConnectionPlan.MakeAsync(options, stop));
        var schedule = new Schedule(options, clock);
        using var control = new RunControl(schedule, clock);
        var run = new TrafficContext(options, messages, schedule, observer, control, clock);
        IMessageSender[] senders = [.. Enumerable.Range(0, options.Concurrency).Select(index => transport.CreateSender(run, index))];
        using (stop.UnsafeRegister(_ => control.Stop(), null))
        await using (clock.CreateTimer(_ => Beat(run, senders), null, Heartbeat, Heartbeat))
        {
            // What follows is not to run upon a thread that polls the sockets.
            var sending = options.Behave == Manners.Well
                ? new Outbox(run, [.. senders.Cast<SmtpSender>()]).RunAsync()
                : Task.WhenAll(senders.Select(sender => new Worker(run, sender).RunAsync()));
            await sending.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        foreach (var sender in senders)
        {
            sender.Dispose();
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

    private static void Beat(TrafficContext run, IMessageSender[] senders)
    {
        var now = run.Clock.GetTimestamp();
        if (now >= run.Schedule.Deadline)
        {
            run.Control.Stop();
        }

        var overdue = run.Control.StoppedAt is { } stopped && run.Clock.GetElapsedTime(stopped, now) > Grace;
        foreach (var sender in senders)
        {
            sender.Expire(overdue ? long.MaxValue : now);
        }
    }
}
