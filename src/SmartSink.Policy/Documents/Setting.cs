namespace SmartSink.Policy.Documents;

/// <summary>A value that a file gives, and where.</summary>
/// <param name="Value">The value.</param>
/// <param name="Place">Where the value stands; of a name, where the key stands.</param>
internal readonly record struct Setting<T>(T Value, Place Place);
