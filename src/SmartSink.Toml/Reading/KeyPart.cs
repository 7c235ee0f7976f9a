namespace SmartSink.Toml.Reading;

/// <summary>One part of a dotted key.</summary>
internal readonly record struct KeyPart(string Name, TomlPosition Position);
