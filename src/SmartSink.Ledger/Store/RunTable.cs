using SmartSink.Ledger.Facts;

namespace SmartSink.Ledger.Store;

/// <summary>What is kept of a run: which numbers came, and of each the first accepted recipient and when that was.</summary>
internal sealed class Run
{
    /// <summary>Numbers of a page.</summary>
    public const int PageLength = 1 << PageBits;

    private const int PageBits = 10;

    /// <summary>What a page takes, its places in the table and in the order with it.</summary>
    private const int BytesOfPage = (PageLength * Mark.Bytes) + 80;

    private const int BytesOfSender = 24;

    private readonly Dictionary<long, Mark[]> _pages = [];
    private readonly Queue<long> _order = [];
    private readonly HashSet<int> _senders = [];
    private long _lastPage = -1;
    private int _lastSender = -1;
    private Mark[] _last = [];

    public required int Id { get; init; }

    public required string Name { get; init; }

    /// <summary>What the list of tries had forgotten when the run began.</summary>
    public required long ForgottenBefore { get; init; }

    public long Lowest { get; private set; } = long.MaxValue;

    public long Highest { get; private set; } = -1;

    public long LastAt { get; private set; }

    /// <summary>When the first of its recipients was accepted, from which <see cref="TimesOf"/> counts; -1 before that.</summary>
    public long FirstAcceptedAt { get; private set; } = -1;

    /// <summary>Numbers of which a recipient was accepted, those on pages that were forgotten, too.</summary>
    public long Accepted { get; private set; }

    /// <summary>Numbers that were forgotten with their pages.</summary>
    public long Forgotten { get; private set; }

    public IReadOnlySet<int> Senders => _senders;

    public bool HasPages => _pages.Count > 0;

    public long Bytes { get; private set; } = 700;

    /// <summary>A message of a run by one value: the same as long as this process lives, and never 0.</summary>
    public static ulong KeyOf(string run, long number)
    {
        var key = ((ulong)(uint)run.GetHashCode(StringComparison.Ordinal) << 32) ^ ((ulong)number * 0x9E3779B97F4A7C15);
        key = (key ^ (key >> 32)) * 0xD6E8FEB86659FD93;
        return (key ^ (key >> 32)) | 1;
    }

    /// <summary>A number came from a sender.</summary>
    public void Saw(long number, int sender, long at)
    {
        Lowest = Math.Min(Lowest, number);
        Highest = Math.Max(Highest, number);
        LastAt = Math.Max(LastAt, at);
        if (sender != _lastSender && _senders.Add(sender))
        {
            Bytes += BytesOfSender;
        }

        _lastSender = sender;
    }

    /// <summary>Notes that a recipient of a number was accepted at a time.</summary>
    /// <returns>True when it is the number's first, false when that one comes again; null for another.</returns>
    public bool? Accept(long number, ulong mail, long at)
    {
        var page = number >> PageBits;
        if (page != _lastPage)
        {
            if (!_pages.TryGetValue(page, out var found))
            {
                found = new Mark[PageLength];
                _pages.Add(page, found);
                _order.Enqueue(page);
                Bytes += BytesOfPage;
            }

            (_lastPage, _last) = (page, found);
        }

        // 32 bits of its hash: a bit alone could not tell the message's second recipient from the first that comes again.
        ref var mark = ref _last[(int)number & (PageLength - 1)];
        var sign = (uint)(mail >> 32) | 1;
        if (mark.IsSet)
        {
            return mark.Sign == sign ? false : null;
        }

        FirstAcceptedAt = FirstAcceptedAt < 0 ? at : FirstAcceptedAt;
        mark = new Mark(sign, (uint)Math.Clamp(at - FirstAcceptedAt, 0, uint.MaxValue));
        Accepted++;
        return true;
    }

    /// <summary>Forgets the page that was begun first.</summary>
    public long ForgetPage()
    {
        _pages.Remove(_order.Dequeue(), out var page);
        _lastPage = -1;
        Bytes -= BytesOfPage;
        var numbers = page!.Count(static mark => mark.IsSet);
        Forgotten += numbers;
        return numbers;
    }

    /// <summary>The numbers of which a recipient was accepted.</summary>
    public List<NumberRange> AcceptedRanges()
    {
        var ranges = new RangeList();
        foreach (var page in _pages.Keys.Order())
        {
            var marks = _pages[page];
            for (var i = 0; i < marks.Length; i++)
            {
                if (marks[i].IsSet)
                {
                    ranges.Add((page << PageBits) + i);
                }
            }
        }

        return ranges.Ranges;
    }

    /// <summary>When the first recipient of each number was accepted, in milliseconds since <see cref="FirstAcceptedAt"/>; null for one of which none was.</summary>
    /// <param name="from">The first number.</param>
    /// <param name="count">The most of them; fewer where the run's highest number comes before.</param>
    public long?[] TimesOf(long from, int count)
    {
        var times = new long?[Math.Clamp(Highest - from + 1, 0, count)];
        for (var i = 0; i < times.Length; i++)
        {
            if (_pages.TryGetValue((from + i) >> PageBits, out var page) && page[(int)(from + i) & (PageLength - 1)] is { IsSet: true } mark)
            {
                times[i] = mark.Time;
            }
        }

        return times;
    }

    /// <summary>A number of which a recipient was accepted.</summary>
    /// <param name="Sign">32 bits of that recipient's hash, never 0.</param>
    /// <param name="Time">When, in milliseconds since the run's first: 49 days of them, and what is later counts as that.</param>
    private readonly record struct Mark(uint Sign, uint Time)
    {
        public const int Bytes = 2 * sizeof(uint);

        public bool IsSet => Sign != 0;
    }
}

/// <summary>Numbers that are added in their order, as ranges.</summary>
internal sealed class RangeList
{
    public List<NumberRange> Ranges { get; } = [];

    public static List<NumberRange> Of(IEnumerable<long> sorted)
    {
        var list = new RangeList();
        foreach (var number in sorted)
        {
            list.Add(number);
        }

        return list.Ranges;
    }

    public void Add(long number) => Add(new NumberRange(number, number));

    /// <summary>Adds a range that begins no lower than the one before.</summary>
    public void Add(NumberRange range)
    {
        if (Ranges.Count > 0 && range.First <= Ranges[^1].Last + 1)
        {
            Ranges[^1] = Ranges[^1] with { Last = Math.Max(Ranges[^1].Last, range.Last) };
        }
        else
        {
            Ranges.Add(range);
        }
    }
}

/// <summary>The runs, of which the one that was idle longest goes when there are too many.</summary>
internal sealed class RunTable : IForgetful
{
    /// <summary>The most runs at once.</summary>
    public const int Most = 1_000;

    /// <summary>Higher numbers are none: they would only make the sink allocate.</summary>
    public const long MostNumber = 1L << 40;

    private readonly Dictionary<string, LinkedListNode<Run>> _runs = new(StringComparer.Ordinal);

    /// <summary>That which was idle longest first.</summary>
    private readonly LinkedList<Run> _order = [];
    private int _nextId;

    public long Bytes { get; private set; }

    public long Forgotten { get; private set; }

    public IReadOnlyCollection<Run> All => _order;

    public Run? Find(string name) => _runs.GetValueOrDefault(name)?.Value;

    /// <summary>A run by its name, perhaps a new one.</summary>
    /// <param name="name">Its id.</param>
    /// <param name="forgotten">What the list of tries has forgotten so far.</param>
    public Run Of(string name, long forgotten)
    {
        if (_order.Last is { Value: var last } && last.Name == name)
        {
            return last;
        }

        if (_runs.TryGetValue(name, out var node))
        {
            _order.Remove(node);
        }
        else
        {
            if (_runs.Count == Most)
            {
                Remove(_order.First!.Value);
            }

            node = new(new Run { Id = _nextId++, Name = name, ForgottenBefore = forgotten });
            _runs.Add(name, node);
            Bytes += node.Value.Bytes;
        }

        _order.AddLast(node);
        return node.Value;
    }

    /// <inheritdoc cref="Run.Saw"/>
    public void Saw(Run run, long number, int sender, long at)
    {
        Bytes -= run.Bytes;
        run.Saw(number, sender, at);
        Bytes += run.Bytes;
    }

    /// <inheritdoc cref="Run.Accept"/>
    public bool? Accept(Run run, long number, ulong mail, long at)
    {
        Bytes -= run.Bytes;
        var isFirst = run.Accept(number, mail, at);
        Bytes += run.Bytes;
        return isFirst;
    }

    public bool Forget()
    {
        if (_order.FirstOrDefault(static run => run.HasPages) is { } paged)
        {
            Bytes -= paged.Bytes;
            Forgotten += paged.ForgetPage();
            Bytes += paged.Bytes;
        }
        else if (_order.First is { Value: var idle })
        {
            Remove(idle);
        }
        else
        {
            return false;
        }

        return true;
    }

    private void Remove(Run run)
    {
        _runs.Remove(run.Name);
        _order.RemoveFirst();
        Forgotten += run.Accepted - run.Forgotten;
        Bytes -= run.Bytes;
    }
}
