using SmartSink.Ledger.Facts;

namespace SmartSink.Ledger.Store;

/// <summary>What was in force, change by change. The last of them stays whatever is forgotten.</summary>
internal sealed class PolicyFacts : IForgetful
{
    /// <summary>A schedule that comes and goes each minute fills it in a week.</summary>
    public const int Most = 20_000;

    private const int BytesOfFact = 56;
    private const int BytesOfLimits = 160;

    /// <summary>Limits come again when an overlay or a schedule ends: they are looked for among so many.</summary>
    private const int LooksBack = 8;

    private readonly List<PolicyFact> _facts = [];
    private readonly Queue<IReadOnlyDictionary<string, ProviderLimits>> _recent = new();

    public long Bytes { get; private set; }

    public long Forgotten { get; private set; }

    /// <summary>Those that are kept, in the order of time.</summary>
    public PolicyFact[] ToArray() => [.. _facts];

    /// <summary>Notes what is in force from a moment on; nothing when that was in force before.</summary>
    public void Add(PolicyFact fact)
    {
        if (_facts.Count > 0 && _facts[^1] is var last)
        {
            fact = fact with { At = Math.Max(fact.At, last.At) };
            if (fact.TimeScale == last.TimeScale && AreSame(fact.Limits, last.Limits))
            {
                return;
            }

            if (fact.At == last.At)
            {
                _facts.RemoveAt(_facts.Count - 1);
                Bytes -= BytesOf(last);
            }
        }

        fact = fact with { Limits = Shared(fact.Limits) };
        _facts.Add(fact);
        Bytes += BytesOf(fact);
        if (_facts.Count > Most)
        {
            Forget();
        }
    }

    /// <summary>Forgets all but what is in force.</summary>
    public void Clear()
    {
        _facts.RemoveRange(0, Math.Max(0, _facts.Count - 1));
        (Bytes, Forgotten) = (_facts.Sum(BytesOf), 0);
    }

    public bool Forget()
    {
        var gone = _facts.Count / 2;
        for (var i = 0; i < gone; i++)
        {
            Bytes -= BytesOf(_facts[i]);
        }

        _facts.RemoveRange(0, gone);
        Forgotten += gone;
        return gone > 0;
    }

    private static bool AreSame(IReadOnlyDictionary<string, ProviderLimits> one, IReadOnlyDictionary<string, ProviderLimits> other) =>
        ReferenceEquals(one, other) || (one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var limits) && limits == pair.Value));

    // Each counts whole, also where several share them: too much rather than too little.
    private static long BytesOf(PolicyFact fact) => BytesOfFact + ((long)fact.Limits.Count * BytesOfLimits);

    private IReadOnlyDictionary<string, ProviderLimits> Shared(IReadOnlyDictionary<string, ProviderLimits> limits)
    {
        if (_recent.FirstOrDefault(known => AreSame(known, limits)) is { } same)
        {
            return same;
        }

        _recent.Enqueue(limits);
        if (_recent.Count > LooksBack)
        {
            _recent.Dequeue();
        }

        return limits;
    }
}
