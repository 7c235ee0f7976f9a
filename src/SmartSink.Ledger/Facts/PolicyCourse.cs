using SmartSink.Smtp.Replies;

namespace SmartSink.Ledger.Facts;

/// <summary>What the policy allows a sender at a provider; null where nothing is said.</summary>
/// <param name="Connections">At once.</param>
/// <param name="MessagesPerConnection">Then the connection is closed.</param>
/// <param name="RecipientsPerMessage">More are refused.</param>
internal sealed record ProviderLimits(int? Connections, int? MessagesPerConnection, int? RecipientsPerMessage);

/// <summary>What was in force from a moment on, until the next of these: files were read anew, an overlay was laid over them or ended, a schedule began or ended.</summary>
/// <param name="At">The <see cref="Moment.Milliseconds"/>.</param>
/// <param name="TimeScale">How many seconds of the provider's time pass in one (the policy's <c>time_scale</c>), more than 0.</param>
/// <param name="Limits">Of the providers that have any, by name.</param>
internal sealed record PolicyFact(long At, double TimeScale, IReadOnlyDictionary<string, ProviderLimits> Limits)
{
    private static readonly Dictionary<string, ProviderLimits> NoLimits = [];

    /// <summary>No limits, and time that passes at its own pace.</summary>
    public static PolicyFact None { get; } = new(0, 1, NoLimits);
}

/// <summary>What was in force at each moment. Lengths of the provider's time are summed over all scales that they span.</summary>
internal sealed class PolicyCourse
{
    // What a sum of parts is wrong by must not make a millisecond more.
    private const double Hair = 1e-6;

    private readonly PolicyFact[] _facts;

    /// <summary>The provider's milliseconds at the beginning of each fact, from that of the first on.</summary>
    private readonly double[] _passed;

    /// <summary>Makes the course of these.</summary>
    /// <param name="facts">In the order of time; the first holds for what was before it, too. None at all is <see cref="PolicyFact.None"/>.</param>
    public PolicyCourse(IEnumerable<PolicyFact> facts)
    {
        _facts = [.. facts];
        if (_facts.Length == 0)
        {
            _facts = [PolicyFact.None];
        }

        _passed = new double[_facts.Length];
        for (var i = 1; i < _facts.Length; i++)
        {
            _passed[i] = _passed[i - 1] + ((_facts[i].At - _facts[i - 1].At) * _facts[i - 1].TimeScale);
        }
    }

    /// <summary>A course in which nothing changes.</summary>
    public static PolicyCourse Of(double timeScale, params IEnumerable<KeyValuePair<string, ProviderLimits>> limits) => new([new PolicyFact(0, timeScale, new Dictionary<string, ProviderLimits>(limits, StringComparer.Ordinal))]);

    /// <summary>What was in force then.</summary>
    public PolicyFact At(long at) => _facts[IndexOf(at)];

    /// <summary>What limited a sender at a provider at both ends of a time; null for nothing, or for another limit at each.</summary>
    public ProviderLimits? LimitsIn(string provider, long from, long to) =>
        At(from).Limits.GetValueOrDefault(provider) is { } limits && limits == At(to).Limits.GetValueOrDefault(provider) ? limits : null;

    /// <summary>The highest scale of a time.</summary>
    public double TopScale(long from, long to)
    {
        var top = 0.0;
        for (var i = IndexOf(from); i <= IndexOf(to); i++)
        {
            top = Math.Max(top, _facts[i].TimeScale);
        }

        return top;
    }

    /// <summary>How long a time was for the provider, in seconds.</summary>
    public double Seconds(long from, long to) => (PassedAt(to) - PassedAt(from)) / 1_000;

    /// <summary>The moment at which so many seconds have passed for the provider; less than 0 for one before. On a whole millisecond, the later one.</summary>
    public long After(long from, double seconds)
    {
        var passed = PassedAt(from) + (seconds * 1_000);
        var index = Array.BinarySearch(_passed, passed);
        index = Math.Max(0, index >= 0 ? index : ~index - 1);
        return _facts[index].At + (long)Math.Ceiling(((passed - _passed[index]) / _facts[index].TimeScale) - Hair);
    }

    private double PassedAt(long at)
    {
        var index = IndexOf(at);
        return _passed[index] + ((at - _facts[index].At) * _facts[index].TimeScale);
    }

    // The last that is not after this; the first for what was before all.
    private int IndexOf(long at)
    {
        var (low, high) = (0, _facts.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _facts[middle].At <= at ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
