namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>A rate of messages.</summary>
/// <param name="PerSecond">In a second.</param>
/// <param name="PerMinute">In a minute.</param>
/// <param name="PerHour">In an hour; in millions it is the MMH that the field quotes.</param>
internal sealed record RateFigures(double PerSecond, double PerMinute, double PerHour)
{
    /// <summary>The rate of so many in a time; 0 in no time.</summary>
    public static RateFigures Of(long count, TimeSpan time)
    {
        var perSecond = time > TimeSpan.Zero ? count / time.TotalSeconds : 0;
        return new RateFigures(Math.Round(perSecond, 3), Math.Round(perSecond * 60, 3), Math.Round(perSecond * 3600, 3));
    }
}
