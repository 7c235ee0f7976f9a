namespace SmartSink.TrafficGen.Verifying;

/// <summary>The sink's counters cannot be read.</summary>
internal sealed class VerifyException(string message, Exception? inner) : Exception(message, inner);
