namespace SmartSink.Toml;

/// <summary>A date and a time of day without an offset.</summary>
public sealed class TomlLocalDateTime : TomlValue
{
    internal TomlLocalDateTime(TomlPosition position, DateTime value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.LocalDateTime;

    /// <summary>The time, cut to 100 ns, with kind <see cref="DateTimeKind.Unspecified"/>; a leap second is the last 100 ns of its minute.</summary>
    public DateTime Value { get; }
}
