using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Store;
using SmartSink.Smtp;

namespace SmartSink.Ledger;

/// <summary>What was copied out of the ledger for one query: made under its lock, put in order without.</summary>
internal sealed class LedgerCopy
{
    private readonly LedgerQuery _query;
    private readonly SenderCopy?[] _senders;
    private readonly Dictionary<int, RunCopy> _runs;
    private readonly string[] _providers;
    private readonly string[] _texts;
    private readonly long _began;
    private readonly PolicyCourse _policy;

    /// <summary>Begins a copy that holds no facts.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="senders">By number.</param>
    /// <param name="providers">By number.</param>
    /// <param name="texts">Replies, by number.</param>
    /// <param name="runs">Those that are asked for.</param>
    /// <param name="began">When the ledger began.</param>
    /// <param name="forgotten">Tries that the ledger has forgotten.</param>
    /// <param name="policy">What was in force.</param>
    public LedgerCopy(LedgerQuery query, LedgerSender[] senders, string[] providers, string[] texts, IReadOnlyCollection<Run> runs, long began, long forgotten, PolicyCourse policy)
    {
        (_query, _providers, _texts, _began, _policy) = (query, providers, texts, began, policy);
        _runs = runs.ToDictionary(static run => run.Id, run => new RunCopy(run, run.Forgotten > 0 || forgotten > run.ForgottenBefore));
        _senders = new SenderCopy?[senders.Length];
        for (var i = 0; i < senders.Length; i++)
        {
            var isAsked = (query.Run is null || runs.Any(run => run.Senders.Contains(i)))
                && (query.Client is null || (i != Interned<LedgerSender>.Others && query.Client(senders[i].Client)));
            _senders[i] = isAsked ? new SenderCopy(senders[i]) : null;
        }
    }

    /// <summary>The runs that are asked for.</summary>
    public IReadOnlyCollection<RunCopy> Runs => _runs.Values;

    public void Add(FactList<Kept<DialogFact>> dialogs)
    {
        for (var i = 0; i < dialogs.Chunks; i++)
        {
            foreach (ref readonly var kept in dialogs.ChunkAt(i))
            {
                Add(in kept);
            }
        }
    }

    public void Add(in Kept<DialogFact> kept)
    {
        if (kept.Fact.EndedAt < 0 || IsAsked(kept.Fact.EndedAt))
        {
            _senders[kept.Sender]?.Dialogs.Add(kept.Fact);
        }
    }

    public void Add(FactList<Kept<MailTry>> tries)
    {
        for (var i = 0; i < tries.Chunks; i++)
        {
            foreach (ref readonly var kept in tries.ChunkAt(i))
            {
                var run = _runs.GetValueOrDefault(kept.Run);
                run?.Tries.Add(new RunCopy.Try(kept.Fact.Number, kept.Fact.Mail, kept.Fact.At, run.Tries.Count, kept.Fact.Outcome));
                if (_query.Run is null || run is not null)
                {
                    _senders[kept.Sender]?.Tries.Add(kept);
                }
            }
        }
    }

    public void Add(FactList<Kept<DuplicateFact>> duplicates)
    {
        for (var i = 0; i < duplicates.Chunks; i++)
        {
            foreach (ref readonly var kept in duplicates.ChunkAt(i))
            {
                var run = _runs.GetValueOrDefault(kept.Run);
                run?.Duplicates.Add(kept.Fact);
                if (IsAsked(kept.Fact.At) && (_query.Run is null || run is not null))
                {
                    _senders[kept.Sender]?.Duplicates.Add(kept.Fact);
                }
            }
        }
    }

    public void Add(FactList<Kept<BounceFact>> bounces)
    {
        for (var i = 0; i < bounces.Chunks; i++)
        {
            foreach (ref readonly var kept in bounces.ChunkAt(i))
            {
                var run = _runs.GetValueOrDefault(kept.Run);
                run?.Bounced.Add(kept.Fact.Number);
                if (IsAsked(kept.Fact.At) && (_query.Run is null || run is not null))
                {
                    _senders[kept.Sender]?.Bounces.Add(kept.Fact);
                }
            }
        }
    }

    public void Add(FactList<Kept<ProviderSecond>> seconds)
    {
        for (var i = 0; i < seconds.Chunks; i++)
        {
            foreach (ref readonly var kept in seconds.ChunkAt(i))
            {
                Add(in kept);
            }
        }
    }

    public void Add(in Kept<ProviderSecond> kept)
    {
        if (IsAsked(kept.Fact.At + 999))
        {
            _senders[kept.Sender]?.Seconds.Add(kept.Fact);
        }
    }

    /// <summary>Notes how many recipients of each sender were accepted.</summary>
    public void SetAccepted(long[] accepted)
    {
        for (var i = 0; i < Math.Min(accepted.Length, _senders.Length); i++)
        {
            if (_senders[i] is { } sender)
            {
                sender.Accepted = accepted[i];
            }
        }
    }

    /// <summary>The histories of the senders that have any.</summary>
    public IReadOnlyList<SenderHistory> Histories(long now)
    {
        var runs = _runs.Values.Where(run => IsAsked(run.LastAt)).Select(static run => (run.Senders, Fact: run.ToFact())).OrderBy(static run => run.Fact.Run, StringComparer.Ordinal).ToArray();
        var histories = new List<SenderHistory>();
        for (var i = 0; i < _senders.Length; i++)
        {
            if (_senders[i] is not { } sender)
            {
                continue;
            }

            var history = new SenderHistory
            {
                Sender = sender.Sender,
                Since = Math.Max(_began, _query.Since ?? _began),
                Until = now,
                Policy = _policy,
                Dialogs = [.. sender.Dialogs.OrderBy(static dialog => dialog.BeganAt).ThenBy(static dialog => dialog.Connection)],
                Items = [.. ItemsOf(sender.Tries).Where(item => IsAsked(item.Tries.Span[^1].At))],
                Seconds = [.. sender.Seconds.OrderBy(static second => second.At).ThenBy(static second => second.Provider)],
                Duplicates = [.. sender.Duplicates.OrderBy(static duplicate => duplicate.At)],
                Bounces = [.. sender.Bounces.OrderBy(static bounce => bounce.At)],
                Runs = [.. runs.Where(run => run.Senders.Contains(i)).Select(static run => run.Fact)],
                Providers = _providers,
                Replies = _texts,
                Accepted = _query.Since is null ? sender.Accepted : sender.Seconds.Sum(static second => (long)second.Accepted),
            };
            if (history is not { Dialogs: [], Items: [], Seconds: [], Duplicates: [], Bounces: [], Runs: [], Accepted: 0 })
            {
                histories.Add(history);
            }
        }

        return histories;
    }

    private bool IsAsked(long at) => _query.Since is not { } since || at >= since;

    /// <summary>Tries of the same mail go together, unless their messages are known and differ; one of an unknown message goes to the try before it.</summary>
    private static MailItem[] ItemsOf(List<Kept<MailTry>> tries)
    {
        var order = OrderOf(tries);
        var itemOf = new int[order.Length];
        var lengths = new List<int>();
        var known = new Dictionary<(int Run, ulong Message), int>();
        for (var i = 0; i < order.Length; i++)
        {
            var (_, run, fact) = tries[order[i]];
            var message = (run, run < 0 ? fact.Message : (ulong)fact.Number);
            var (isFirst, isKnown) = (i == 0 || tries[order[i - 1]].Fact.Mail != fact.Mail, message != (-1, 0));
            if (isFirst)
            {
                known.Clear();
            }

            if (!isKnown || !known.TryGetValue(message, out var item))
            {
                var isNew = isFirst || (isKnown && known.Count > 0);
                item = isNew ? lengths.Count : itemOf[i - 1];
                if (isNew)
                {
                    lengths.Add(0);
                }
            }

            if (isKnown)
            {
                known[message] = item;
            }

            itemOf[i] = item;
            lengths[item]++;
        }

        // All tries in one array, item by item.
        var sorted = new MailTry[order.Length];
        var items = new MailItem[lengths.Count];
        var ends = new int[lengths.Count];
        for (var (item, start) = (0, 0); item < ends.Length; start += lengths[item++])
        {
            ends[item] = start;
            items[item] = new MailItem(sorted.AsMemory(start, lengths[item]));
        }

        for (var i = 0; i < order.Length; i++)
        {
            sorted[ends[itemOf[i]]++] = tries[order[i]].Fact;
        }

        Array.Sort(Array.ConvertAll(items, static item => item.Tries.Span[0].At), items);
        return items;
    }

    /// <summary>The tries by mail, those of one by time.</summary>
    private static int[] OrderOf(List<Kept<MailTry>> tries)
    {
        var (mails, order) = (new ulong[tries.Count], new int[tries.Count]);
        for (var i = 0; i < order.Length; i++)
        {
            (mails[i], order[i]) = (tries[i].Fact.Mail, i);
        }

        Array.Sort(mails, order);
        for (var (start, end) = (0, 0); start < order.Length; start = end)
        {
            while (end < order.Length && mails[end] == mails[start])
            {
                end++;
            }

            order.AsSpan(start..end).Sort((a, b) => tries[a].Fact.At != tries[b].Fact.At ? tries[a].Fact.At.CompareTo(tries[b].Fact.At) : a.CompareTo(b));
        }

        return order;
    }

    private sealed class SenderCopy(LedgerSender sender)
    {
        public LedgerSender Sender { get; } = sender;

        public long Accepted { get; set; }

        public List<DialogFact> Dialogs { get; } = [];

        public List<Kept<MailTry>> Tries { get; } = [];

        public List<ProviderSecond> Seconds { get; } = [];

        public List<DuplicateFact> Duplicates { get; } = [];

        public List<BounceFact> Bounces { get; } = [];
    }
}

/// <summary>A run as it was copied, with all tries and duplicates of it, whoever sent them.</summary>
internal sealed class RunCopy(Run run, bool isPartial)
{
    private const int MostMissing = 20;

    private readonly string _name = run.Name;
    private readonly long _lowest = run.Highest < 0 ? 0 : run.Lowest;
    private readonly long _highest = run.Highest;
    private readonly List<NumberRange> _accepted = run.AcceptedRanges();

    public IReadOnlySet<int> Senders { get; } = run.Senders.ToHashSet();

    public long LastAt { get; } = run.LastAt;

    public List<Try> Tries { get; } = [];

    public List<DuplicateFact> Duplicates { get; } = [];

    /// <summary>Numbers of messages that were returned.</summary>
    public List<long> Bounced { get; } = [];

    public RunFact ToFact()
    {
        var missing = Missing();
        return new RunFact
        {
            Run = _name,
            Lowest = _lowest,
            Highest = _highest,
            IsPartial = isPartial,
            Missing = missing.Sum(static range => range.Last - range.First + 1),
            MissingNumbers = [.. missing.SelectMany(static range => Numbers(range)).Take(MostMissing)],
        };
    }

    public RunHistory ToHistory()
    {
        var (refused, waiting, last) = Answers();
        var duplicates = Duplicates.GroupBy(static again => again.Number).OrderBy(static group => group.Key)
            .Select(static group => new RunDuplicate(group.Key, group.Count(), group.Count(static again => again.IsExcused)));
        return new RunHistory(
            _name, _lowest, _highest, isPartial, _accepted, refused, waiting, RangeList.Of(Bounced.Order()), [.. duplicates], last);
    }

    private static IEnumerable<long> Numbers(NumberRange range)
    {
        for (var number = range.First; number <= range.Last; number++)
        {
            yield return number;
        }
    }

    /// <summary>What the tries say of the numbers that had any.</summary>
    private (List<NumberRange> Refused, List<NumberRange> Waiting, List<RunTime> Last) Answers()
    {
        Sort();
        var (refused, waiting, last) = (new RangeList(), new RangeList(), new List<RunTime>());
        var accepted = 0;
        for (var (i, end) = (0, 0); i < Tries.Count; i = end)
        {
            var number = Tries[i].Number;
            var (isRefused, isWaiting, isMailRefused, lastAt) = (false, false, false, 0L);
            for (; end < Tries.Count && Tries[end].Number == number; end++)
            {
                var isLast = end + 1 == Tries.Count || Tries[end + 1].Number != number || Tries[end + 1].Mail != Tries[end].Mail;
                isMailRefused |= Tries[end].Outcome == Outcome.PermFail;
                lastAt = Math.Max(lastAt, Tries[end].At);
                if (isLast)
                {
                    isRefused |= isMailRefused;
                    isWaiting |= !isMailRefused && Tries[end].Outcome == Outcome.TempFail;
                    isMailRefused = false;
                }
            }

            while (accepted < _accepted.Count && _accepted[accepted].Last < number)
            {
                accepted++;
            }

            isRefused &= accepted == _accepted.Count || _accepted[accepted].First > number;
            if (isRefused)
            {
                refused.Add(number);
            }

            if (isWaiting)
            {
                waiting.Add(number);
            }

            if ((isRefused || isWaiting) && last.Count < RunHistory.MostLast)
            {
                last.Add(new RunTime(number, lastAt));
            }
        }

        return (refused.Ranges, waiting.Ranges, last);
    }

    private void Sort() => Tries.Sort(static (a, b) =>
        a.Number != b.Number ? a.Number.CompareTo(b.Number) : a.Mail != b.Mail ? a.Mail.CompareTo(b.Mail) : a.At != b.At ? a.At.CompareTo(b.At) : a.Order.CompareTo(b.Order));

    /// <summary>The gaps between the numbers that were answered, from the lowest to the highest that came.</summary>
    private List<NumberRange> Missing()
    {
        Sort();
        var answered = new RangeList();
        var accepted = 0;
        foreach (var attempt in Tries)
        {
            for (; accepted < _accepted.Count && _accepted[accepted].First <= attempt.Number; accepted++)
            {
                answered.Add(_accepted[accepted]);
            }

            answered.Add(attempt.Number);
        }

        for (; accepted < _accepted.Count; accepted++)
        {
            answered.Add(_accepted[accepted]);
        }

        var missing = new List<NumberRange>();
        var next = _lowest;
        foreach (var range in answered.Ranges)
        {
            if (range.First > next)
            {
                missing.Add(new NumberRange(next, range.First - 1));
            }

            next = range.Last + 1;
        }

        if (next <= _highest)
        {
            missing.Add(new NumberRange(next, _highest));
        }

        return missing;
    }

    /// <summary>A recipient's outcome, of what is needed to put the run's in order.</summary>
    public readonly record struct Try(long Number, ulong Mail, long At, int Order, Outcome Outcome);
}
