namespace SmartSink.Toml.Tests.Models;

/// <summary>
/// What a table means, apart from how it is written. A value is a string, long, double, bool, TimeOnly, TomlDate, a pair of date
/// and time, these two with an offset, object[] or a table.
/// </summary>
internal sealed class ModelTable
{
    public List<KeyValuePair<string, object>> Entries { get; } = [];

    public static ModelTable Of(TomlTable table)
    {
        var model = new ModelTable();
        foreach (var entry in table.Entries)
        {
            model.Entries.Add(new(entry.Key, Value(entry.Value)));
        }

        return model;
    }

    private static object Value(TomlValue value) => value switch
    {
        TomlString text => text.Value,
        TomlInteger number => number.Value,
        TomlFloat number => number.Value,
        TomlBoolean truth => truth.Value,
        TomlOffsetDateTime moment => (moment.Date, moment.Time, moment.Offset),
        TomlLocalDateTime time => (time.Date, time.Time),
        TomlLocalDate date => date.Value,
        TomlLocalTime time => time.Value,
        TomlArray array => array.Select(Value).ToArray(),
        TomlTable table => Of(table),
        _ => throw new ArgumentException($"unknown kind {value.Kind}", nameof(value)),
    };
}
