namespace SmartSink.Toml;

/// <summary>A floating-point number.</summary>
public sealed class TomlFloat : TomlValue
{
    internal TomlFloat(TomlPosition position, double value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.Float;

    /// <summary>The nearest binary64 number (an infinity when the text is beyond the range), an infinity or NaN.</summary>
    public double Value { get; }
}
