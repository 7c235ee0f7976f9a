using SmartSink.TrafficGen.Reporting.Documents;

namespace SmartSink.TrafficGen.Reporting.FailIf;

/// <summary>A number of the report that a condition can name.</summary>
/// <param name="Name">As conditions write it.</param>
/// <param name="Kind">What it is measured in.</param>
/// <param name="Read">Finds it in a report.</param>
internal sealed record Figure(string Name, FigureKind Kind, Func<TrafficReport, double> Read);
