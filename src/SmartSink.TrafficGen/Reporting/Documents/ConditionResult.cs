namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>What became of a condition of --fail-if.</summary>
/// <param name="Condition">As it was given.</param>
/// <param name="Actual">The figure: milliseconds, messages a second, percent, or a count.</param>
/// <param name="Holds">Whether the run fails for it.</param>
internal sealed record ConditionResult(string Condition, double Actual, bool Holds);
