using System.Diagnostics.CodeAnalysis;

namespace SmartSink.Toml;

/// <summary>The ten types of values that TOML 1.0.0 knows.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "These are the names that TOML gives its types.")]
public enum TomlKind
{
    /// <summary>Text: <see cref="TomlString"/>.</summary>
    String,

    /// <summary>A whole number of 64 bits: <see cref="TomlInteger"/>.</summary>
    Integer,

    /// <summary>An IEEE 754 binary64 number: <see cref="TomlFloat"/>.</summary>
    Float,

    /// <summary>True or false: <see cref="TomlBoolean"/>.</summary>
    Boolean,

    /// <summary>A moment: <see cref="TomlOffsetDateTime"/>.</summary>
    OffsetDateTime,

    /// <summary>A date and a time of day in no particular zone: <see cref="TomlLocalDateTime"/>.</summary>
    LocalDateTime,

    /// <summary>A day in no particular zone: <see cref="TomlLocalDate"/>.</summary>
    LocalDate,

    /// <summary>A time of day in no particular zone: <see cref="TomlLocalTime"/>.</summary>
    LocalTime,

    /// <summary>A list of values or of tables: <see cref="TomlArray"/>.</summary>
    Array,

    /// <summary>Keys and their values: <see cref="TomlTable"/>.</summary>
    Table,
}
