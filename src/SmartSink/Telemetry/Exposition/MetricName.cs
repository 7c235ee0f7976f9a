namespace SmartSink.Telemetry.Exposition;

/// <summary>Makes names for /metrics out of instruments' names, by the same rules as the OpenTelemetry exporters for Prometheus.</summary>
internal static class MetricName
{
    private const string CounterSuffix = "_total";

    /// <summary><c>smartsink.received</c>, <c>By</c>, a counter: <c>smartsink_received_bytes_total</c>.</summary>
    public static string Expose(string instrument, string? unit, bool isCounter) =>
        Family(instrument, unit) + (isCounter ? CounterSuffix : string.Empty);

    /// <summary>The name without the suffix of a counter: the family's name in OpenMetrics.</summary>
    public static string Family(string instrument, string? unit)
    {
        var name = instrument.Replace('.', '_');
        return UnitWord(unit) is { } word && !name.EndsWith("_" + word, StringComparison.Ordinal) ? $"{name}_{word}" : name;
    }

    /// <summary>A unit as a word in a name; null when there is none to name.</summary>
    public static string? UnitWord(string? unit) => unit switch
    {
        "s" => "seconds",
        "By" => "bytes",
        _ => null,
    };
}
