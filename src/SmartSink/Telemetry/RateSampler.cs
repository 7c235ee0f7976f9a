namespace SmartSink.Telemetry;

/// <summary>
/// How fast mail comes: looks at the counters once a second, and keeps the looks of ten minutes, and those of one minute for the busiest domains. A
/// message pays nothing for it, and a look is a step on a ring that is there.
/// </summary>
/// <param name="metrics">The counters.</param>
/// <param name="openConnections">How many connections are open.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="mostDomains">How many domains have rates at most.</param>
internal sealed class RateSampler(SessionMetrics metrics, Func<int> openConnections, TimeProvider clock, int mostDomains = RateSampler.DefaultMostDomains)
{
    /// <summary>Domains that have rates at most.</summary>
    public const int DefaultMostDomains = 1_000;

    /// <summary>Seconds of which it is known what came in each.</summary>
    public const int HistorySeconds = 600;

    /// <summary>Where there are more domains than have rates, they are chosen anew after so many looks.</summary>
    private const int LooksPerChoice = 10;

    private readonly Lock _gate = new();
    private readonly Look[] _looks = new Look[HistorySeconds + 2];
    private readonly List<DomainLooks> _domains = [];
    private long[] _totals = [];
    private int[] _order = [];
    private int _known;
    private long _count;
    private DateTimeOffset _lookedAt = clock.GetUtcNow();

    /// <summary>Looks at the counters: about once a second.</summary>
    public void Sample()
    {
        lock (_gate)
        {
            _lookedAt = clock.GetUtcNow();
            _looks[_count % _looks.Length] = new Look(clock.GetTimestamp(), metrics.ReadTotals(), openConnections());
            FollowDomains(metrics.Domains);
            foreach (var domain in _domains)
            {
                domain.Take(_count);
            }

            _count++;
        }
    }

    /// <summary>How fast it came of late, in all and at the domains with most recipients since the start.</summary>
    /// <param name="domains">How many of them.</param>
    public MailRates Read(int domains)
    {
        lock (_gate)
        {
            var last = _count - 1;
            if (last < 0)
            {
                return new MailRates(default, default, default, default, [], metrics.Domains.Length);
            }

            var (second, ten, minute) = (LookBefore(1), LookBefore(10), LookBefore(60));
            var busiest = _domains.OrderByDescending(domain => domain.Counters.Total).ThenBy(domain => domain.Name, StringComparer.Ordinal).Take(domains)
                .Select(domain => new DomainRates(domain.Name, domain.Counters.ReadTotals(), domain.Since(minute, last), Windows(first => domain.Since(first, last).Recipients)))
                .ToList();
            return new MailRates(
                Windows(first => Since(first).Messages),
                Windows(first => Since(first).Accepted),
                Windows(first => Since(first).TempFail),
                Windows(first => Since(first).PermFail),
                busiest,
                metrics.Domains.Length - busiest.Count);

            MailTotals Since(long first) => LookAt(last).Totals.Since(LookAt(first).Totals);

            RateWindows Windows(Func<long, long> count) => new(Rate(count(second), second), Rate(count(ten), ten), Rate(count(minute), minute));

            double Rate(long count, long first)
            {
                var seconds = clock.GetElapsedTime(LookAt(first).Timestamp, LookAt(last).Timestamp).TotalSeconds;
                return seconds > 0 ? Math.Round(count / seconds, 3) : 0;
            }
        }
    }

    /// <summary>What came in each of the last whole seconds. What came between two looks that lie further apart is spread evenly over the seconds between.</summary>
    /// <param name="seconds">How many, 1 to <see cref="HistorySeconds"/>; fewer when the sink is younger.</param>
    public MailHistory ReadHistory(int seconds)
    {
        lock (_gate)
        {
            var (first, last) = (Math.Max(0, _count - _looks.Length), _count - 1);
            var lived = _count == 0 ? 0 : Math.Round(clock.GetElapsedTime(LookAt(first).Timestamp, LookAt(last).Timestamp).TotalSeconds);
            var (came, connections) = (new MailTotals[Math.Min(seconds, (int)lived)], new int[Math.Min(seconds, (int)lived)]);
            var at = last;
            var end = _count == 0 ? default : LookAt(last).Totals;
            for (var second = came.Length - 1; second >= 0; second--)
            {
                connections[second] = LookAt(at).Connections;
                var moment = LookAt(last).Timestamp - ((came.Length - second) * clock.TimestampFrequency);
                while (at > first && LookAt(at).Timestamp > moment)
                {
                    at--;
                }

                var begin = at == last ? end : Look.Between(LookAt(at), LookAt(at + 1), moment);
                came[second] = end.Since(begin);
                end = begin;
            }

            return new MailHistory(_lookedAt, came, connections);
        }
    }

    private ref Look LookAt(long number) => ref _looks[number % _looks.Length];

    // The look nearest to so many seconds before the last: rates are over the time that has really passed between the two.
    private long LookBefore(int seconds)
    {
        var last = _count - 1;
        var moment = LookAt(last).Timestamp - (seconds * clock.TimestampFrequency);
        var first = Math.Max(0, last - DomainLooks.Seconds);
        var nearest = Math.Max(first, last - 1);
        for (var at = nearest - 1; at >= first && Math.Abs(LookAt(at).Timestamp - moment) <= Math.Abs(LookAt(nearest).Timestamp - moment); at--)
        {
            nearest = at;
        }

        return nearest;
    }

    private void FollowDomains(ReadOnlySpan<KeyValuePair<string, OutcomeCounters>> all)
    {
        for (; _known < all.Length && _domains.Count < mostDomains; _known++)
        {
            // Before it was known it had nothing.
            _domains.Add(new DomainLooks(all[_known].Key, all[_known].Value, isNew: true));
        }

        if (all.Length > mostDomains && _count % LooksPerChoice == 0)
        {
            ChooseDomains(all);
        }
    }

    private void ChooseDomains(ReadOnlySpan<KeyValuePair<string, OutcomeCounters>> all)
    {
        if (_totals.Length < all.Length)
        {
            _totals = new long[all.Length * 2];
            _order = new int[all.Length * 2];
        }

        for (var domain = 0; domain < all.Length; domain++)
        {
            (_totals[domain], _order[domain]) = (-all[domain].Value.Total, domain);
        }

        Array.Sort(_totals, _order, 0, all.Length);
        var least = -_totals[mostDomains - 1];
        _domains.RemoveAll(domain => domain.Counters.Total < least);
        for (var place = 0; _domains.Count < mostDomains && place < mostDomains; place++)
        {
            var (name, counters) = all[_order[place]];
            if (!_domains.Exists(domain => domain.Counters == counters))
            {
                _domains.Add(new DomainLooks(name, counters, isNew: false));
            }
        }

        _known = all.Length;
    }

    /// <summary>The counters at one time.</summary>
    private readonly record struct Look(long Timestamp, MailTotals Totals, int Connections)
    {
        /// <summary>What the counters would have been at a moment.</summary>
        public static MailTotals Between(in Look before, in Look after, long moment)
        {
            var share = Math.Clamp((double)(moment - before.Timestamp) / Math.Max(1, after.Timestamp - before.Timestamp), 0, 1);
            var (start, came) = (before.Totals, after.Totals.Since(before.Totals));
            return new MailTotals(
                start.Messages + (long)(came.Messages * share),
                start.Accepted + (long)(came.Accepted * share),
                start.TempFail + (long)(came.TempFail * share),
                start.PermFail + (long)(came.PermFail * share));
        }
    }

    /// <summary>The looks of the last minute at one domain.</summary>
    private sealed class DomainLooks
    {
        public const int Seconds = 60;

        private readonly Counts[] _looks = new Counts[Seconds + 1];

        public DomainLooks(string name, OutcomeCounters counters, bool isNew)
        {
            (Name, Counters) = (name, counters);
            if (!isNew)
            {
                _looks.AsSpan().Fill(Counts.Of(counters.ReadTotals()));
            }
        }

        public string Name { get; }

        public OutcomeCounters Counters { get; }

        public void Take(long look) => _looks[look % _looks.Length] = Counts.Of(Counters.ReadTotals());

        public MailTotals Since(long first, long last)
        {
            var (before, after) = (_looks[first % _looks.Length], _looks[last % _looks.Length]);
            return new MailTotals(0, after.Accepted - before.Accepted, after.TempFail - before.TempFail, after.PermFail - before.PermFail);
        }

        // The low halves: what came within a minute has no more.
        private readonly record struct Counts(uint Accepted, uint TempFail, uint PermFail)
        {
            public static Counts Of(in MailTotals totals) => new((uint)totals.Accepted, (uint)totals.TempFail, (uint)totals.PermFail);
        }
    }
}

/// <summary>How fast mail comes, and to which domains.</summary>
/// <param name="Messages">Those that came to their end of data.</param>
/// <param name="Accepted">Recipients accepted.</param>
/// <param name="TempFail">Recipients refused for now.</param>
/// <param name="PermFail">Recipients refused for good.</param>
/// <param name="Domains">The busiest, by recipients since the start.</param>
/// <param name="LeftOut">How many more have had recipients.</param>
internal sealed record MailRates(RateWindows Messages, RateWindows Accepted, RateWindows TempFail, RateWindows PermFail, IReadOnlyList<DomainRates> Domains, int LeftOut);

/// <summary>What came to a configured domain.</summary>
/// <param name="Name">Its name, as in the metrics.</param>
/// <param name="Totals">Since the start; messages are not told apart.</param>
/// <param name="LastMinute">Likewise, of about a minute.</param>
/// <param name="PerSecond">Recipients.</param>
internal sealed record DomainRates(string Name, MailTotals Totals, MailTotals LastMinute, RateWindows PerSecond);

/// <summary>How many a second, over the last second, ten and sixty.</summary>
internal readonly record struct RateWindows(double Second, double TenSeconds, double Minute);

/// <summary>What came in each whole second, the oldest first.</summary>
/// <param name="Until">When the last of them ended.</param>
/// <param name="Came">What came.</param>
/// <param name="Connections">How many were open at the end of each.</param>
internal sealed record MailHistory(DateTimeOffset Until, MailTotals[] Came, int[] Connections);
