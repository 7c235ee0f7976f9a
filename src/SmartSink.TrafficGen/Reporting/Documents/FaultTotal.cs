namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>Connections that failed the same way.</summary>
/// <param name="Fault">Why.</param>
/// <param name="Stage">Where.</param>
/// <param name="Count">How many.</param>
internal sealed record FaultTotal(string Fault, string Stage, long Count);
