using System.Text.Json;
using SmartSink.Behaviour;
using SmartSink.Behaviour.Events;
using SmartSink.Policy.Decisions;
using SmartSink.Shared;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Telemetry;

/// <summary>Counts what providers do to senders, and shows what they remember.</summary>
internal sealed class BehaviourMetrics
{
    /// <summary>Rules with a series of their own.</summary>
    private const int MostRules = 1_000;

    private const string OtherRules = "other";

    private static readonly string[] Faults = [.. Enum.GetNames<AnswerFault>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];

    private readonly EntryCounters<BehaviourCounters> _entries = new();
    private readonly StripedCounters _faults = new(Faults.Length);
    private readonly StripedHistograms _delayTime = new(HistogramScale.Times);

    public BehaviourMetrics(SinkMetrics metrics) => metrics.BeforePage(() => Fill(metrics));

    public void CountLimit(IMailboxFilter filter, int entry, ProviderLimit limit) => _entries.Of(filter, entry).CountLimit(limit);

    public void CountGreylisted(IMailboxFilter filter, int entry, GreylistResult result) => _entries.Of(filter, entry).CountGreylisted(result);

    public void CountDuplicate(IMailboxFilter filter, int entry) => _entries.Of(filter, entry).CountDuplicate();

    public void CountFault(AnswerFault fault) => _faults.Add((int)fault);

    public void CountDelay(int milliseconds) => _delayTime.Record(milliseconds * TimeSpan.TicksPerMillisecond);

    /// <summary>Has each page show what providers remember and which rules hold at that moment.</summary>
    /// <param name="metrics">The page's.</param>
    /// <param name="sessions">Know which entries had recipients.</param>
    /// <param name="behaviour">What is shown.</param>
    /// <param name="now">Tells the moment.</param>
    public static void Show(SinkMetrics metrics, SessionMetrics sessions, BehaviourFilters behaviour, Func<Moment> now)
    {
        var shares = new ShownNames();
        var schedules = new ShownNames();
        metrics.BeforePage(() =>
        {
            var moment = now();
            behaviour.Refresh(moment);
            metrics.SendersBlocked.Set(behaviour.CountBlocked(moment));
            metrics.StateEntries.Set(behaviour.Entries);
            metrics.StateEvictions.IncTo(behaviour.Evictions);
            ShowRules(metrics, behaviour);
            ShowOverrides(metrics, behaviour);
            schedules.Show(
                behaviour.RunningSchedules.Take(MostRules),
                name => metrics.ScheduleActive.WithLabels(name).Set(1),
                name => metrics.ScheduleActive.RemoveLabelled(name));
            ShowShares(metrics, sessions, behaviour, shares);
        });
    }

    private static void ShowRules(SinkMetrics metrics, BehaviourFilters behaviour)
    {
        var others = 0L;
        var shown = 0;
        foreach (var (rule, times) in behaviour.RulesActed)
        {
            if (times == 0)
            {
                continue;
            }

            if (shown++ < MostRules)
            {
                metrics.RulesActed.WithLabels(rule).IncTo(times);
            }
            else
            {
                others += times;
            }
        }

        if (others > 0)
        {
            metrics.RulesActed.WithLabels(OtherRules).IncTo(others);
        }
    }

    private static void ShowOverrides(SinkMetrics metrics, BehaviourFilters behaviour)
    {
        var (count, oldest) = behaviour.Overrides.InForce;
        metrics.OverridesInForce.Set(count);
        metrics.OverridesActed.IncTo(behaviour.Overrides.Acted);
        if (oldest is { } added)
        {
            metrics.OverrideOldest.Set(added.ToUnixTimeMilliseconds() / 1000.0);
        }
        else
        {
            metrics.OverrideOldest.Unpublish();
        }
    }

    private static void ShowShares(SinkMetrics metrics, SessionMetrics sessions, BehaviourFilters behaviour, ShownNames shown)
    {
        var filter = behaviour.Current;

        // What other promises says nothing of the domains that count under its name without being it.
        var entries = sessions.EntriesOf(filter).Where(entry => metrics.Domains.IsOwn(entry.Name) || (entry.Entry == 0 && metrics.Domains.Folded == 0))
            .ToDictionary(entry => entry.Name, entry => entry.Entry, StringComparer.Ordinal);
        shown.Show(
            entries.Keys,
            name =>
            {
                var (accepted, tempFail, permFail) = BehaviourFilters.SharesOf(filter, entries[name]);
                foreach (var (outcome, share) in LabelWords.Outcomes.Zip([accepted, tempFail, permFail]))
                {
                    metrics.PolicyRate.WithLabels(name, outcome).Set(share);
                }
            },
            name =>
            {
                foreach (var outcome in LabelWords.Outcomes)
                {
                    metrics.PolicyRate.RemoveLabelled(name, outcome);
                }
            });
    }

    private void Fill(SinkMetrics metrics)
    {
        _entries.Fill(metrics);
        for (var fault = 0; fault < Faults.Length; fault++)
        {
            if (_faults.Read(fault) is > 0 and var count)
            {
                metrics.AnswerFaults.WithLabels(Faults[fault]).IncTo(count);
            }
        }

        _delayTime.AddTo(metrics.DelayTime);
    }

    /// <summary>What the page before has shown of a gauge, so that what is gone goes from the page.</summary>
    private sealed class ShownNames
    {
        private HashSet<string> _before = [];

        public void Show(IEnumerable<string> names, Action<string> show, Action<string> remove)
        {
            var now = names.ToHashSet(StringComparer.Ordinal);
            foreach (var name in now)
            {
                show(name);
            }

            _before.ExceptWith(now);
            foreach (var gone in _before)
            {
                remove(gone);
            }

            _before = now;
        }
    }
}

/// <summary>What the provider of one configured domain did to senders.</summary>
internal sealed class BehaviourCounters : IEntryCounters<BehaviourCounters>
{
    private static readonly string[] Limits = [.. Enum.GetNames<ProviderLimit>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
    private static readonly string[] GreylistResults = [.. Enum.GetNames<GreylistResult>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    private readonly long[] _limits = new long[Limits.Length];
    private readonly long[] _greylisted = new long[GreylistResults.Length];
    private long _duplicates;

    public long Total => _limits.Sum() + _greylisted.Sum() + _duplicates;

    public void CountLimit(ProviderLimit limit) => Interlocked.Increment(ref _limits[(int)limit]);

    public void CountGreylisted(GreylistResult result) => Interlocked.Increment(ref _greylisted[(int)result]);

    public void CountDuplicate() => Interlocked.Increment(ref _duplicates);

    public void AddTo(BehaviourCounters sum)
    {
        Tally.Add(_limits, sum._limits);
        Tally.Add(_greylisted, sum._greylisted);
        sum._duplicates += Volatile.Read(ref _duplicates);
    }

    public void Fill(SinkMetrics metrics, string name)
    {
        for (var limit = 0; limit < Limits.Length; limit++)
        {
            if (Volatile.Read(ref _limits[limit]) is > 0 and var count)
            {
                metrics.LimitsHit.WithLabels(name, Limits[limit]).IncTo(count);
            }
        }

        for (var result = 0; result < GreylistResults.Length; result++)
        {
            if (Volatile.Read(ref _greylisted[result]) is > 0 and var count)
            {
                metrics.Greylist.WithLabels(name, GreylistResults[result]).IncTo(count);
            }
        }

        if (Volatile.Read(ref _duplicates) is > 0 and var duplicates)
        {
            metrics.Duplicates.WithLabels(name).IncTo(duplicates);
        }
    }
}
