namespace SmartSink.Toml;

/// <summary>One mistake in a document.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Message">What is wrong, in words for the document's author.</param>
public sealed record TomlError(TomlPosition Position, string Message);
