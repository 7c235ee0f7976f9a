namespace SmartSink.Toml;

/// <summary>A time of day without a date.</summary>
public sealed class TomlLocalTime : TomlValue
{
    internal TomlLocalTime(TomlPosition position, TimeOnly value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.LocalTime;

    /// <summary>The time, cut to 100 ns; a leap second is the last 100 ns of its minute.</summary>
    public TimeOnly Value { get; }
}
