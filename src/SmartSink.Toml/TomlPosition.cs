namespace SmartSink.Toml;

/// <summary>A place in a document.</summary>
/// <param name="Line">From 1; lines end at LF or CRLF.</param>
/// <param name="Column">From 1, counted in Unicode scalar values, as an editor shows it (a tab is one).</param>
public readonly record struct TomlPosition(int Line, int Column);
