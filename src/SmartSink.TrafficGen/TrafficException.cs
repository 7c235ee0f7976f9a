namespace SmartSink.TrafficGen;

/// <summary>The run cannot be made as it was asked: a file cannot be read, for example. The message is one line for the user.</summary>
internal sealed class TrafficException(string message, Exception? inner = null) : Exception(message, inner);
