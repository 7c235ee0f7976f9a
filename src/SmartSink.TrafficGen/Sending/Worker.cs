using System.Text;
using SmartSink.Smtp.Client;
using SmartSink.TrafficGen.Generating;
using SmartSink.TrafficGen.Pacing;

namespace SmartSink.TrafficGen.Sending;

/// <summary>
/// One connection's place: sends message after message, on a new connection where the last one ended. It ends with the run and not
/// before, whatever the server does.
/// </summary>
internal sealed partial class Worker : IClientObserver, IDisposable
{
    /// <summary>Room for a few replies; only the one to EHLO is longer.</summary>
    private const int InputSize = 256;

    private readonly TrafficContext _run;
    private readonly int _index;
    private readonly SmtpClientSession _session;
    private readonly Draft _draft = new();
    private readonly byte[] _input = new byte[InputSize];
    private int _sentHere;

    /// <summary>Makes a worker that does nothing yet.</summary>
    /// <param name="run">The run it belongs to.</param>
    /// <param name="index">Its number, from 0 on.</param>
    public Worker(TrafficContext run, int index)
    {
        _run = run;
        _index = index;
        var name = run.Options.Helo is { } helo ? Encoding.UTF8.GetBytes(helo) : run.Messages.GreetingName(index);
        _session = new SmtpClientSession(run.Plan.Dialog, name, this);
    }

    /// <summary>Sends messages until there are no more.</summary>
    public async Task RunAsync()
    {
        // Connections are there before the messages, as a mail server's would be. One that fails is made again with the first message.
        if (await OpenAsync() is { } fault)
        {
            Tell(fault);
            if (!_run.Options.KeepGoing)
            {
                _run.Control.Fail();
            }
        }

        while (_run.Schedule.TryTake(_run.Clock.GetTimestamp(), out var ticket) && await WaitAsync(ticket.NotBefore))
        {
            await DeliverAsync(ticket);
            if (_sentHere == _run.Options.MessagesPerConnection)
            {
                await QuitAsync();
            }
        }

        await QuitAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private async Task DeliverAsync(Ticket ticket)
    {
        _run.Messages.Make(ticket.Number, _draft);
        _begun = ticket.IsDue ? ticket.NotBefore : 0;
        for (var attempt = 1; await TryDeliverAsync() is { } fault; attempt++)
        {
            Tell(fault);
            if (!await AgainAsync(attempt))
            {
                _run.Observer.MessageGivenUp();
                return;
            }
        }

        Conclude();
    }

    private async ValueTask<TrafficFault?> TryDeliverAsync()
    {
        if (_connection is null && await OpenAsync() is { } fault)
        {
            return fault;
        }

        _sentHere++;
        return await SendAsync();
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
        if (until >= _run.Schedule.Deadline || !await WaitAsync(until))
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

    private void Tell(TrafficFault fault) => _run.Observer.Faulted(fault, _stage);
}
