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
    private volatile LedgerFeed? _feed;
    private SinkLedger? _ledger;

    /// <summary>The moment since which something else is in force than was noted last; -1 for none.</summary>
    private long _changedAt = -1;

    // What was lost by ledgers before this one, and whether the log was told of what this one loses.
    private long _forgottenBefore;
    private long _droppedBefore;
    private bool _hasToldOfForgotten;
    private bool _hasToldOfDropped;

    /// <summary>Whether anything is kept.</summary>
    public bool IsOn => _feed is not null;

    /// <summary>Where to report what happens; null while the ledger is off.</summary>
    public LedgerFeed? Feed => _feed;

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
                return Current() is { } ledger && _feed is { } feed
                    ? ledger.Status with { Behind = feed.Dropped }
                    : new LedgerStatus(IsOn: false, Since: -1, Senders: 0, Runs: 0, Bytes: 0, MostBytes, Forgotten: 0, Behind: 0);
            }
        }
    }

    /// <summary>Begins to keep, unless it does already.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_feed is null)
            {
                var ledger = new SinkLedger(MostBytes);
                Interlocked.Exchange(ref _changedAt, -1);
                ledger.Note(inForce(clock.ReadMoment().Milliseconds));
                LedgerFeed? feed = null;
                feed = new LedgerFeed(clock, Hash, events => Take(ledger, feed!, events));
                feed.Start();
                (_ledger, _feed) = (ledger, feed);
            }
        }
    }

    /// <summary>Forgets all, and keeps nothing any more.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (_feed is { } feed)
            {
                _feed = null;
                feed.Dispose();
                ForgetLosses(_ledger!);
                _droppedBefore += feed.Dropped;
                _ledger = null;
            }
        }
    }

    /// <summary>Forgets all, and goes on.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            if (Current() is { } ledger)
            {
                ForgetLosses(ledger);
                ledger.Clear();
            }
        }
    }

    /// <summary>Something else is in force from now on. What, is looked up later, on another thread: who tells of it is in the middle of the change.</summary>
    public void PolicyChanged()
    {
        if (_feed is { } feed && Interlocked.CompareExchange(ref _changedAt, clock.ReadMoment().Milliseconds, -1) == -1)
        {
            feed.Hurry();
        }
    }

    /// <summary>What was kept of senders, with all that happened before the call; nothing while the ledger is off.</summary>
    public IReadOnlyList<SenderHistory> Read(LedgerQuery query) => Current()?.Read(query, clock.ReadMoment().Milliseconds) ?? [];

    /// <summary>Likewise what was kept of a run; null when nothing was.</summary>
    public RunHistory? ReadRun(string run) => Current()?.ReadRun(run);

    /// <summary>When messages of a run came (<see cref="SinkLedger.ReadTimes"/>); null when nothing of it was kept.</summary>
    public RunTimes? ReadTimes(string run, long from, int count) => Current()?.ReadTimes(run, from, count);

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

    private SinkLedger? Current()
    {
        SinkLedger? ledger;
        LedgerFeed? feed;
        lock (_gate)
        {
            (ledger, feed) = (_ledger, _feed);
        }

        feed?.Drain();
        return _feed is null ? null : ledger;
    }

    private void ForgetLosses(SinkLedger ledger)
    {
        _forgottenBefore += ledger.Status.Forgotten;
        _hasToldOfForgotten = _hasToldOfDropped = false;
    }

    private void Take(SinkLedger ledger, LedgerFeed feed, ReadOnlySpan<LedgerEvent> events)
    {
        try
        {
            if (Interlocked.Exchange(ref _changedAt, -1) is >= 0 and var changed)
            {
                ledger.Note(inForce(changed));
            }

            ledger.Take(events);
        }
        catch (Exception exception)
        {
            // A defect of the ledger is nothing that mail should suffer from.
            _feed = null;
            feed.Dispose();
            log.Broke(exception);
            return;
        }

        if (!_hasToldOfForgotten && ledger.Status.Forgotten > 0)
        {
            _hasToldOfForgotten = true;
            log.Forgets(megabytes);
        }

        if (!_hasToldOfDropped && feed.Dropped > 0)
        {
            _hasToldOfDropped = true;
            log.FallsBehind();
        }
    }
}

/// <summary>What the ledger loses, ids 270 to 279.</summary>
internal static partial class LedgerLog
{
    [LoggerMessage(270, LogLevel.Warning, "The ledger of senders has reached its {Megabytes} MB and forgets the oldest of it; SINK_LEDGER_MEMORY gives it more")]
    public static partial void Forgets(this ILogger log, int megabytes);

    [LoggerMessage(271, LogLevel.Warning, "The ledger of senders cannot keep up, and what comes meanwhile is not in it")]
    public static partial void FallsBehind(this ILogger log);

    [LoggerMessage(272, LogLevel.Error, "The ledger of senders has failed and is off; switch it on again for an empty one (smartsink ledger on)")]
    public static partial void Broke(this ILogger log, Exception exception);
}
