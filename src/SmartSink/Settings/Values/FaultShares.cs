using System.Globalization;

namespace SmartSink.Settings.Values;

/// <summary>Faults and the percentage of each, together at most 100.</summary>
/// <typeparam name="T">The faults; the first is none.</typeparam>
internal sealed class FaultShares<T>
    where T : struct, Enum
{
    private readonly List<(T Fault, double Percent)> _shares = [];

    public IEnumerable<T> Faults => _shares.Where(share => share.Percent > 0).Select(share => share.Fault);

    /// <summary>Reads a percentage; its range is looked at when it is added.</summary>
    public static bool TryPercent(string text, out double percent) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out percent);

    /// <summary>Adds a fault; false when it is there already, or when it is more than all.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="percent">0 to 100, decimals too.</param>
    public bool TryAdd(T fault, double percent)
    {
        // In decimals: ten times 0.1 is 1 there.
        if (_shares.Exists(share => share.Fault.Equals(fault)) || percent is not (>= 0 and <= 100) || _shares.Sum(share => (decimal)share.Percent) + (decimal)percent > 100)
        {
            return false;
        }

        _shares.Add((fault, percent));
        return true;
    }

    /// <summary>The fault that a draw decides for.</summary>
    /// <param name="draw">0 to less than 1.</param>
    public T Pick(double draw)
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

        return default;
    }
}
