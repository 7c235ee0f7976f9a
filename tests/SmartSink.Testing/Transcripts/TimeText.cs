using System.Globalization;

namespace SmartSink.Testing.Transcripts;

/// <summary>Spans of time as transcripts write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>0s</c>.</summary>
internal static class TimeText
{
    public static TimeSpan Parse(string text)
    {
        var unit = text.TrimStart("0123456789".ToCharArray());
        var number = long.Parse(text.AsSpan(0, text.Length - unit.Length), CultureInfo.InvariantCulture);
        return unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            _ => throw new FormatException($"unknown unit of time '{unit}'"),
        };
    }
}
