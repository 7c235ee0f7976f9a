namespace SmartSink.Tls;

/// <summary>Faults and the percentage of each, together at most 100.</summary>
internal sealed class TlsFaultShares
{
    private readonly List<(TlsFault Fault, double Percent)> _shares = [];

    /// <summary>The faults that have a share.</summary>
    public IEnumerable<TlsFault> Faults => _shares.Where(share => share.Percent > 0).Select(share => share.Fault);

    /// <summary>Adds a fault; false when it is there already, or when it is more than all.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="percent">0 to 100, decimals too.</param>
    public bool TryAdd(TlsFault fault, double percent)
    {
        // In decimals: ten times 0.1 is 1 there.
        if (_shares.Exists(share => share.Fault == fault) || percent is not (>= 0 and <= 100) || _shares.Sum(share => (decimal)share.Percent) + (decimal)percent > 100)
        {
            return false;
        }

        _shares.Add((fault, percent));
        return true;
    }

    /// <summary>The fault that a draw decides for.</summary>
    /// <param name="draw">0 to less than 1.</param>
    public TlsFault Pick(double draw)
    {
        var rest = draw * 100;
        foreach (var (fault, percent) in _shares)
        {
            if (rest < percent)
            {
                return fault;
            }

            rest -= percent;
        }

        return TlsFault.None;
    }
}
