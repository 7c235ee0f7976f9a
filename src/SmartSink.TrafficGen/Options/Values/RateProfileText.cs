namespace SmartSink.TrafficGen.Options.Values;

/// <summary>A rate over time: <c>0..5000/s:2m,5000/s:10m</c> rises to 5,000 a second in two minutes and stays there for ten.</summary>
internal static class RateProfileText
{
    /// <summary>What an error says was expected.</summary>
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
