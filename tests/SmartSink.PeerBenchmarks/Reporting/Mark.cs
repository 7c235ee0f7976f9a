namespace SmartSink.PeerBenchmarks.Reporting;

/// <summary>What a figure shall be at most, beside what it is.</summary>
internal static class Mark
{
    /// <summary>A table's cell.</summary>
    public static string AtMost(double limit, double figure)
    {
        var verdict = !double.IsFinite(figure) ? "too little to tell" : figure <= limit ? "met" : $"missed by {(figure / limit) - 1:0 %}";
        return $"≤ {limit:#,0.##}: {verdict}";
    }
}
