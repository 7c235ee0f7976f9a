namespace SmartSink.Toml;

/// <summary>One key of a table with its value.</summary>
/// <param name="Key">The key, one part of it if it was dotted, without quotes and with escapes resolved.</param>
/// <param name="KeyPosition">Where the key is first written.</param>
/// <param name="Value">The value.</param>
public readonly record struct TomlEntry(string Key, TomlPosition KeyPosition, TomlValue Value);
