namespace SmartSink.Toml;

/// <summary>A moment: date, time of day and offset from UTC.</summary>
public sealed class TomlOffsetDateTime : TomlValue
{
    internal TomlOffsetDateTime(TomlPosition position, DateTimeOffset value)
        : base(position) => Value = value;

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.OffsetDateTime;

    /// <summary>The moment, cut to 100 ns. An offset beyond ±14:00 is given as UTC; a leap second is the last 100 ns of its minute.</summary>
    public DateTimeOffset Value { get; }
}
