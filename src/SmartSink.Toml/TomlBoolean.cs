namespace SmartSink.Toml;

/// <summary>A truth value.</summary>
public sealed class TomlBoolean : TomlValue
{
    internal TomlBoolean(TomlPosition position, bool value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.Boolean;

    /// <summary>The truth value.</summary>
    public bool Value { get; }
}
