namespace SmartSink.Shared;

/// <summary>Times as people write them: <c>250ms</c>, <c>90s</c>, <c>5m</c>, <c>1.5h</c>, <c>2d</c>; a number alone is seconds.</summary>
internal static class Times
{
    private const int LongestDays = 24;

    private static readonly (string Unit, decimal Seconds)[] Units = [("ms", 0.001m), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)];

    /// <summary>Reads a time from zero to 24 days, which every timer of the platform can hold, rounded to milliseconds.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        var good = Quantity.TryParse(text, Units, LongestDays * 86_400L, out var seconds);
        value = TimeSpan.FromMilliseconds((double)Math.Round(seconds * 1_000));
        return good;
    }

    /// <summary>The shortest form that is read as the same.</summary>
    public static string Write(TimeSpan time) => time switch
    {
        { Ticks: 0 } => "0",
        _ when time.Ticks % TimeSpan.TicksPerHour == 0 => $"{time.TotalHours}h",
        _ when time.Ticks % TimeSpan.TicksPerMinute == 0 => $"{time.TotalMinutes}m",
        _ when time.Ticks % TimeSpan.TicksPerSecond == 0 => $"{time.TotalSeconds}s",
        _ => $"{time.TotalMilliseconds}ms",
    };
}
