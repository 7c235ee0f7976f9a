using System.Text.Json.Serialization;

namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>Writes reports as JSON: snake case, indented, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(TrafficReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
