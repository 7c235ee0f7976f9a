namespace SmartSink.Toml;

/// <summary>A whole number, written in decimal, hexadecimal, octal or binary.</summary>
public sealed class TomlInteger : TomlValue
{
    internal TomlInteger(TomlPosition position, long value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.Integer;

    /// <summary>The number.</summary>
    public long Value { get; }
}
