using System.Diagnostics.CodeAnalysis;

namespace SmartSink.TrafficGen.Options;

/// <summary>Reads the text of a value; false when it is none.</summary>
internal delegate bool TryRead<T>(string text, [MaybeNullWhen(false)] out T value);
