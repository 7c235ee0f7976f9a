using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <summary>Sends message after message, and those again that met a fault. It ends with the run and not before, whatever the server does.</summary>
internal sealed class Worker
{
    private readonly TrafficContext _run;
    private readonly IMessageSender _sender;
    private readonly Draft _draft = new();

    /// <summary>Makes a worker that does nothing yet.</summary>
    /// <param name="run">The run it belongs to.</param>
    /// <param name="sender">Its way to the server.</param>
    public Worker(TrafficContext run, IMessageSender sender)
    {
        _run = run;
        _sender = sender;
    }

    /// <summary>Sends messages until there are no more.</summary>
    public async Task RunAsync()
    {
        // Connections are there before the messages, as a mail server's would be. One that fails is made again with the first message.
        if (!await _sender.OpenAsync() && !_run.Options.KeepGoing)
        {
            _run.Control.Fail();
        }

        while (_run.Schedule.TryTake(_run.Clock.GetTimestamp(), out var ticket) && await WaitAsync(ticket.NotBefore))
        {
            await DeliverAsync(ticket);
        }

        await _sender.CloseAsync();
    }

    private async Task DeliverAsync(Ticket ticket)
    {
        _run.Messages.Make(ticket.Number, _draft);
        _run.Observer.MessageBegun(ticket.Number);
        for (var attempt = 1; !await _sender.TrySendAsync(_draft, ticket.IsDue ? ticket.NotBefore : 0); attempt++)
        {
            if (!await AgainAsync(attempt))
            {
                _run.Observer.MessageGivenUp(ticket.Number);
                return;
            }

            _draft.DropSettled();
        }

        Conclude();
    }

    private void Conclude()
    {
        if (_draft.IsAccepted)
        {
            _run.Observer.MessageAccepted(_draft.Number, _draft.Envelope.Size);
            return;
        }

        _run.Observer.MessageRefused(_draft.Number);
        if (!_run.Options.KeepGoing)
        {
            _run.Control.Fail();
        }
    }

    // Whether the message is to be tried again, after a wait.
    private async Task<bool> AgainAsync(int attempt)
    {
        if (!_run.Options.KeepGoing)
        {
            _run.Control.Fail();
            return false;
        }

        // Who behaves badly has tried often enough by itself.
        if (_run.Options.Behave == Manners.Badly || attempt == Backoff.Attempts || _run.Schedule.IsStopped)
        {
            return false;
        }

        var wait = Backoff.After(attempt, Random.Shared.NextDouble());
        var until = _run.Clock.GetTimestamp() + (long)(wait.TotalSeconds * _run.Clock.TimestampFrequency);
        // A wait beyond the run's end is waited out to that end, or message after message would be given up without a pause.
        if (!await WaitAsync(Math.Min(until, _run.Schedule.Deadline)) || until >= _run.Schedule.Deadline)
        {
            return false;
        }

        _run.Observer.MessageRetried();
        return true;
    }

    // Whether the time has come before the run was stopped.
    private async ValueTask<bool> WaitAsync(long time)
    {
        var now = _run.Clock.GetTimestamp();
        if (time > now)
        {
            await Task.Delay(_run.Clock.GetElapsedTime(now, time), _run.Clock, _run.Control.Stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !_run.Schedule.IsStopped;
    }
}

/// <summary>How long to wait before a further attempt: twice as long each time, within bounds, and never all workers at once.</summary>
internal static class Backoff
{
    /// <summary>How often a message is tried in all.</summary>
    public const int Attempts = 8;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>The wait after an attempt.</summary>
    /// <param name="attempt">Which has failed, from 1 on.</param>
    /// <param name="chance">0 up to 1: where in the jitter's range of half to one and a half times.</param>
    public static TimeSpan After(int attempt, double chance)
    {
        var doubled = First * Math.Pow(2, Math.Min(attempt, 16) - 1);
        return (doubled < Longest ? doubled : Longest) * (0.5 + chance);
    }
}

/// <summary>A way in which a run's messages go to the server.</summary>
internal interface ITransport : IDisposable
{
    /// <summary>Makes a worker's own end of it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">The worker's number, from 0 on.</param>
    IMessageSender CreateSender(TrafficContext run, int worker);
}

/// <summary>
/// Sends one message after the other, for one worker. It tells the observer of every fault, and ends the run at one that no further try
/// can mend; whether another try is made is its caller's to say.
/// </summary>
internal interface IMessageSender : IDisposable
{
    /// <summary>Makes ready, before there is a message; false when a fault came between.</summary>
    ValueTask<bool> OpenAsync();

    /// <summary>Tries once to send a message to those of its recipients that have no final answer yet, and settles those that get one.</summary>
    /// <param name="draft">The message.</param>
    /// <param name="due">When it was due, as a time stamp, so that its latency counts from there; 0 for from now on.</param>
    /// <returns>False when a fault came between, and recipients are left without an answer.</returns>
    ValueTask<bool> TrySendAsync(Draft draft, long due);

    /// <summary>Takes leave of the server.</summary>
    ValueTask CloseAsync();

    /// <summary>Gives up what the server has let wait for too long, or all that waits; for the heartbeat's thread.</summary>
    /// <param name="now">The clock's present time stamp; <see cref="long.MaxValue"/> for all.</param>
    void Expire(long now);
}
