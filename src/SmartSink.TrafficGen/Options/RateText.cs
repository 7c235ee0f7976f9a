using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SmartSink.TrafficGen.Options;

/// <summary>Rates: <c>1000/s</c>, <c>1,000/hr</c>, <c>10/5s</c>.</summary>
internal static class RateText
{
    private static readonly Dictionary<string, TimeSpan> Units = new(StringComparer.OrdinalIgnoreCase)
    {
        ["s"] = TimeSpan.FromSeconds(1),
        ["sec"] = TimeSpan.FromSeconds(1),
        ["second"] = TimeSpan.FromSeconds(1),
        ["m"] = TimeSpan.FromMinutes(1),
        ["min"] = TimeSpan.FromMinutes(1),
        ["minute"] = TimeSpan.FromMinutes(1),
        ["h"] = TimeSpan.FromHours(1),
        ["hr"] = TimeSpan.FromHours(1),
        ["hour"] = TimeSpan.FromHours(1),
        ["d"] = TimeSpan.FromDays(1),
        ["day"] = TimeSpan.FromDays(1),
    };

    /// <summary>Reads an amount and its period. The unit may have a whole factor of 1 to 1000 in front.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double amount, out TimeSpan period)
    {
        amount = 0;
        var slash = text.IndexOf('/');
        return TryParsePeriod(slash < 0 ? default : text[(slash + 1)..], out period) && PlainText.TryParseNumber(text[..slash], out amount);
    }

    private static bool TryParsePeriod(ReadOnlySpan<char> text, out TimeSpan period)
    {
        period = TimeSpan.Zero;
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        var factor = 1;
        if (digits < 0 || !Units.TryGetValue(text[digits..].ToString(), out var unit)
            || (digits > 0 && !int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out factor))
            || factor is 0 or > 1000)
        {
            return false;
        }

        period = unit * factor;
        return true;
    }
}

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
        if (!RateText.TryParse(ramp < 0 ? rate : rate.AsSpan(ramp + Ramp.Length), out var to, out var period))
        {
            return false;
        }

        var from = to;
        if (ramp >= 0 && !PlainText.TryParseNumber(rate.AsSpan(0, ramp), out from))
        {
            return false;
        }

        stage = new RateStage(from / period.TotalSeconds, to / period.TotalSeconds, duration);
        return true;
    }
}
