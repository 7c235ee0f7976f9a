namespace SmartSink.Toml;

/// <summary>A moment: date, time of day and offset from UTC.</summary>
public sealed class TomlOffsetDateTime : TomlValue
{
    internal TomlOffsetDateTime(TomlPosition position, TomlDate date, TimeOnly time, TimeSpan offset)
        : base(position)
    {
        Date = date;
        Time = time;
        Offset = offset;
    }

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.OffsetDateTime;

    /// <summary>The date at that offset.</summary>
    public TomlDate Date { get; }

    /// <summary>The time of day at that offset, cut to 100 ns; a leap second is the last 100 ns of its minute.</summary>
    public TimeOnly Time { get; }

    /// <summary>How far that time is ahead of UTC: whole minutes, -23:59 to 23:59.</summary>
    public TimeSpan Offset { get; }
}
