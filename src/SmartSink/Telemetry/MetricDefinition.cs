using SmartSink.Telemetry.Exposition;

namespace SmartSink.Telemetry;

/// <summary>What is known of a metric before it has a value.</summary>
/// <param name="Name">The instrument's name, in words joined by dots.</param>
/// <param name="Kind">What its value means.</param>
/// <param name="Unit">The unit in UCUM (<c>s</c>, <c>By</c>); null for a plain count.</param>
/// <param name="Help">One line that says what it counts.</param>
/// <param name="Labels">The names of its labels.</param>
internal sealed record MetricDefinition(string Name, MetricKind Kind, string? Unit, string Help, params string[] Labels)
{
    /// <summary>The name under which /metrics shows it.</summary>
    public string ExposedName => MetricName.Expose(Name, Unit, Kind == MetricKind.Counter);
}
