using SmartSink.Connections;
using SmartSink.Ledger;
using SmartSink.Ledger.Facts;
using SmartSink.Telemetry;

namespace SmartSink.Senders;

/// <summary>Switches the ledger on and off, and reads it. While it is off there is none, and nothing of what sessions do is kept. For any thread.</summary>
/// <param name="megabytes">What the ledger may take in memory.</param>
/// <param name="inForce">What is in force, as a fact of a moment.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="log">Told when something is lost.</param>
internal sealed class LedgerKeeper(int megabytes, Func<long, PolicyFact> inForce, TimeProvider clock, ILogger<LedgerKeeper> log) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lazy<MailHash> _hash = new();
    private volatile Running? _running;

    /// <summary>The moment since which something else is in force than was noted last; -1 for none.</summary>
    private long _changedAt = -1;

    // What was lost by ledgers before this one, and whether the log was told of what this one loses.
    private long _forgottenBefore;
    private long _droppedBefore;
    private bool _hasToldOfForgotten;
    private bool _hasToldOfDropped;

    /// <summary>Whether anything is kept.</summary>
    public bool IsOn => _running is not null;

    /// <summary>Where to report what happens; null while the ledger is off.</summary>
    public LedgerFeed? Feed => _running?.Feed;

    /// <summary>By what the ledger knows mailboxes and ids.</summary>
    public MailHash Hash => _hash.Value;

    /// <summary>What the ledger may take in memory, in bytes.</summary>
    private long MostBytes => megabytes * 1024L * 1024;

    /// <summary>How much it holds.</summary>
    public LedgerStatus Status
    {
        get
        {
            lock (_gate)
            {
                return Current() is { } running
                    ? running.Ledger.Status with { Behind = running.Feed.Dropped }
                    : new LedgerStatus(IsOn: false, Since: -1, Senders: 0, Runs: 0, Bytes: 0, MostBytes, Forgotten: 0, Behind: 0);
            }
        }
    }

    /// <summary>Begins to keep, unless it does already.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_running is null)
            {
                var ledger = new SinkLedger(MostBytes);
                Interlocked.Exchange(ref _changedAt, -1);
                ledger.Note(inForce(clock.ReadMoment().Milliseconds));
                Running running = null!;
                running = new Running(ledger, new LedgerFeed(clock, Hash, events => Take(running, events)));
                running.Feed.Start();
                _hasToldOfForgotten = _hasToldOfDropped = false;
                _running = running;
            }
        }
    }

    /// <summary>Forgets all, and keeps nothing any more.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (_running is { } running)
            {
                End(running);
            }
        }
    }

    /// <summary>Forgets all, and goes on.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            if (Current() is { } running)
            {
                Interlocked.Add(ref _forgottenBefore, running.Ledger.Status.Forgotten);
                running.Ledger.Clear();
                _hasToldOfForgotten = _hasToldOfDropped = false;
            }
        }
    }

    /// <summary>Something else is in force from now on. What, is looked up later, on another thread: who tells of it is in the middle of the change.</summary>
    public void PolicyChanged()
    {
        if (_running is { } running && Interlocked.CompareExchange(ref _changedAt, clock.ReadMoment().Milliseconds, -1) == -1)
        {
            running.Feed.Hurry();
        }
    }

    /// <summary>What was kept of senders, with all that happened before the call; nothing while the ledger is off.</summary>
    public IReadOnlyList<SenderHistory> Read(LedgerQuery query) => Current()?.Ledger.Read(query, clock.ReadMoment().Milliseconds) ?? [];

    /// <summary>Likewise what was kept of a run; null when nothing was.</summary>
    public RunHistory? ReadRun(string run) => Current()?.Ledger.ReadRun(run);

    /// <summary>When messages of a run came (<see cref="SinkLedger.ReadTimes"/>); null when nothing of it was kept.</summary>
    public RunTimes? ReadTimes(string run, long from, int count) => Current()?.Ledger.ReadTimes(run, from, count);

    /// <summary>Shows what there is to count.</summary>
    public void Show(SinkMetrics metrics) => metrics.BeforePage(() =>
    {
        lock (_gate)
        {
            var status = Status;
            metrics.LedgerOn.Set(status.IsOn ? 1 : 0);
            metrics.LedgerBytes.Set(status.Bytes);
            metrics.LedgerForgotten.IncTo(_forgottenBefore + status.Forgotten);
            metrics.LedgerEventsDropped.IncTo(_droppedBefore + status.Behind);
        }
    });

    /// <summary>For the end of the process.</summary>
    public void Dispose() => Stop();

    // With all that happened before the call; null when it is off, if only since then.
    private Running? Current()
    {
        if (_running is not { } running)
        {
            return null;
        }

        running.Feed.Drain();
        return _running == running ? running : null;
    }

    private void End(Running running)
    {
        if (Interlocked.CompareExchange(ref _running, null, running) == running)
        {
            running.Feed.Dispose();
            Interlocked.Add(ref _forgottenBefore, running.Ledger.Status.Forgotten);
            Interlocked.Add(ref _droppedBefore, running.Feed.Dropped);
        }
    }

    private void Take(Running running, ReadOnlySpan<LedgerEvent> events)
    {
        try
        {
            if (Interlocked.Exchange(ref _changedAt, -1) is >= 0 and var changed)
            {
                running.Ledger.Note(inForce(changed));
            }

            running.Ledger.Take(events);
        }
        catch (Exception exception)
        {
            // A defect of the ledger is nothing that mail should suffer from.
            End(running);
            log.Broke(exception);
            return;
        }

        if (!_hasToldOfForgotten && running.Ledger.Status.Forgotten > 0)
        {
            _hasToldOfForgotten = true;
            log.Forgets(megabytes);
        }

        if (!_hasToldOfDropped && running.Feed.Dropped > 0)
        {
            _hasToldOfDropped = true;
            log.FallsBehind();
        }
    }

    /// <summary>A ledger, and what brings it what happens. Both go together.</summary>
    private sealed record Running(SinkLedger Ledger, LedgerFeed Feed);
}

/// <summary>What the ledger loses, ids 270 to 279.</summary>
internal static partial class LedgerLog
{
    [LoggerMessage(270, LogLevel.Warning, "The ledger of senders has reached its limit of {Megabytes} MB and is forgetting its oldest facts; raise SINK_LEDGER_MEMORY to keep more")]
    public static partial void Forgets(this ILogger log, int megabytes);

    [LoggerMessage(271, LogLevel.Warning, "The ledger of senders cannot keep up; some events are missing from it")]
    public static partial void FallsBehind(this ILogger log);

    [LoggerMessage(272, LogLevel.Error, "The ledger of senders has failed and is off; to start an empty one, run: smartsink ledger on")]
    public static partial void Broke(this ILogger log, Exception exception);
}
