namespace SmartSink.Toml;

/// <summary>A value and the place where it stands in the document.</summary>
public abstract class TomlValue
{
    private protected TomlValue(TomlPosition position) => Position = position;

    /// <summary>
    /// The value's first character. For a table written with a header that is the header's first bracket (of a table that is
    /// only named by the headers of its sub-tables, the first of these); for one made by a dotted key, the part of the key that names it.
    /// </summary>
    public TomlPosition Position { get; private protected set; }

    /// <summary>Which of the derived classes this is.</summary>
    public abstract TomlKind Kind { get; }
}
