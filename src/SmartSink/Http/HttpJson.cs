using System.Text.Json.Serialization;

namespace SmartSink.Http;

/// <summary>How bodies become JSON, generated at build time: the first answer comes as fast as the later ones.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ReadinessReport))]
[JsonSerializable(typeof(ProblemReport))]
internal sealed partial class HttpJson : JsonSerializerContext;
