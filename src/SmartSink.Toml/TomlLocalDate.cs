namespace SmartSink.Toml;

/// <summary>A date without an offset.</summary>
public sealed class TomlLocalDate : TomlValue
{
    internal TomlLocalDate(TomlPosition position, TomlDate value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.LocalDate;

    /// <summary>The date.</summary>
    public TomlDate Value { get; }
}
