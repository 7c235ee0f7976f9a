using SmartSink.PeerBenchmarks.Generating;

namespace SmartSink.PeerBenchmarks.Extending;

/// <summary>Two ways of sending the same load.</summary>
/// <param name="Load">What is sent.</param>
/// <param name="Usual">The way that the other is compared with.</param>
/// <param name="Other">The way in question.</param>
/// <param name="Mark">The sink's processor time by the other way shall be at most this multiple of the usual; null where there is no target.</param>
internal sealed record Comparison(GeneratorLoad Load, Variant Usual, Variant Other, double? Mark);
