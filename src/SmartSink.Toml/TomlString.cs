namespace SmartSink.Toml;

/// <summary>A string in any of the four forms.</summary>
public sealed class TomlString : TomlValue
{
    internal TomlString(TomlPosition position, string value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.String;

    /// <summary>The text with escapes resolved; line ends in a multi-line string are those of the document, LF or CRLF.</summary>
    public string Value { get; }
}
