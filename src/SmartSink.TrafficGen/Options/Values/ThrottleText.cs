using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SmartSink.TrafficGen.Options.Values;

/// <summary>A rate that is not exceeded: <c>1000/s</c>, <c>1,000/hr</c>, <c>100/s,max_burst=1</c>; <c>local:</c> in front is the model's and says nothing new.</summary>
internal static class ThrottleText
{
    /// <summary>What an error says was expected.</summary>
    public const string Expected = "a rate such as 1000/s, 1,000/hr, 10/5s or 100/s,max_burst=1";

    private const string Prefix = "local:";
    private const string Burst = ",max_burst=";

    /// <summary>Reads a throttle; without max_burst the whole limit may go at once.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Throttle? value)
    {
        value = null;
        var rate = text.StartsWith(Prefix, StringComparison.Ordinal) ? text.AsSpan(Prefix.Length) : text;
        var burstAt = rate.IndexOf(Burst, StringComparison.Ordinal);
        if (!RateText.TryParse(burstAt < 0 ? rate : rate[..burstAt], out var limit, out var period)
            || limit is < 1 or > int.MaxValue || !double.IsInteger(limit))
        {
            return false;
        }

        var burst = (long)limit;
        if (burstAt >= 0
            && (!long.TryParse(rate[(burstAt + Burst.Length)..], NumberStyles.None, CultureInfo.InvariantCulture, out burst) || burst is < 1 or > int.MaxValue))
        {
            return false;
        }

        value = new Throttle((long)limit, period, burst);
        return true;
    }
}
