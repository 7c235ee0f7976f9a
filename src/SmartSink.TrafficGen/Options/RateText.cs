using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SmartSink.Shared;

namespace SmartSink.TrafficGen.Options;

/// <summary>A rate that is not exceeded: <c>1000/s</c>, <c>1,000/hr</c>, <c>100/s,max_burst=1</c>; <c>local:</c> in front is the model's and says nothing new.</summary>
internal static class ThrottleText
{
    public const string Expected = "a rate such as 1000/s, 1,000/hr, 10/5s or 100/s,max_burst=1";

    private const string Prefix = "local:";
    private const string Burst = ",max_burst=";

    /// <summary>Reads a throttle; without max_burst the whole limit may go at once.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Throttle? value)
    {
        value = null;
        var rate = text.StartsWith(Prefix, StringComparison.Ordinal) ? text.AsSpan(Prefix.Length) : text;
        var burstAt = rate.IndexOf(Burst, StringComparison.Ordinal);
        if (!Rates.TryParse(burstAt < 0 ? rate : rate[..burstAt], out var limit, out var period)
            || limit is < 1 or > int.MaxValue || !decimal.IsInteger(limit))
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

/// <summary>A rate over time: <c>0..5000/s:2m,5000/s:10m</c> rises to 5,000 a second in two minutes and stays there for ten.</summary>
internal static class RateProfileText
{
    public const string Expected = "a list of RATE:TIME or FROM..TO/s:TIME such as 0..5000/s:2m,5000/s:10m";

    private const string Ramp = "..";

    /// <summary>Reads a profile of at least one stage in which at least one message becomes due.</summary>
    public static bool TryParse(string text, out IReadOnlyList<RateStage> value)
    {
        var stages = new List<RateStage>();
        value = stages;
        foreach (var part in text.Split(','))
        {
            if (!TryParseStage(part, out var stage))
            {
                return false;
            }

            stages.Add(stage);
        }

        return stages.Sum(stage => (stage.From + stage.To) / 2 * stage.Duration.TotalSeconds) >= 1;
    }

    private static bool TryParseStage(string text, out RateStage stage)
    {
        stage = default;
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !PlainText.TryParseTime(text[(colon + 1)..], out var duration))
        {
            return false;
        }

        var rate = text[..colon];
        var ramp = rate.IndexOf(Ramp, StringComparison.Ordinal);
        if (!Rates.TryParse(ramp < 0 ? rate : rate.AsSpan(ramp + Ramp.Length), out var to, out var period))
        {
            return false;
        }

        var from = to;
        if (ramp >= 0 && !Quantity.TryParse(rate.AsSpan(0, ramp), out from))
        {
            return false;
        }

        stage = new RateStage((double)from / period.TotalSeconds, (double)to / period.TotalSeconds, duration);
        return true;
    }
}
