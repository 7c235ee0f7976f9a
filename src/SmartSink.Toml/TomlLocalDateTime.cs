namespace SmartSink.Toml;

/// <summary>A date and a time of day without an offset.</summary>
public sealed class TomlLocalDateTime : TomlValue
{
    internal TomlLocalDateTime(TomlPosition position, TomlDate date, TimeOnly time)
        : base(position)
    {
        Date = date;
        Time = time;
    }

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.LocalDateTime;

    /// <summary>The date.</summary>
    public TomlDate Date { get; }

    /// <summary>The time of day, cut to 100 ns; a leap second is the last 100 ns of its minute.</summary>
    public TimeOnly Time { get; }
}
