using SmartSink.TrafficGen.Generating;
using SmartSink.TrafficGen.Pacing;

namespace SmartSink.TrafficGen.Sending;

/// <summary>Sends message after message, and those again that met a fault. It ends with the run and not before, whatever the server does.</summary>
internal sealed class Worker : IDisposable
{
    private readonly TrafficContext _run;
    private readonly IMessageSender _sender;
    private readonly Draft _draft = new();

    /// <summary>Makes a worker that does nothing yet.</summary>
    /// <param name="run">The run it belongs to.</param>
    /// <param name="sender">Its way to the server, which it disposes.</param>
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

    /// <summary>Gives up what has waited for too long; for the heartbeat's thread.</summary>
    /// <param name="now">The clock's present time stamp; <see cref="long.MaxValue"/> for all that waits.</param>
    public void Expire(long now) => _sender.Expire(now);

    /// <inheritdoc/>
    public void Dispose() => _sender.Dispose();

    private async Task DeliverAsync(Ticket ticket)
    {
        _run.Messages.Make(ticket.Number, _draft);
        for (var attempt = 1; !await _sender.TrySendAsync(_draft, ticket.IsDue ? ticket.NotBefore : 0); attempt++)
        {
            if (!await AgainAsync(attempt))
            {
                _run.Observer.MessageGivenUp();
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
            _run.Observer.MessageAccepted(_draft.Envelope.Size);
            return;
        }

        _run.Observer.MessageRefused();
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

        if (attempt == Backoff.Attempts || _run.Schedule.IsStopped)
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
