using System.Text.Json.Serialization;

namespace SmartSink.TrafficGen.Injecting;

/// <summary>Reads answers without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(InjectAnswer))]
internal sealed partial class InjectJson : JsonSerializerContext;
