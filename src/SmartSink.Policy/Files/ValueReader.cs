using SmartSink.Policy.Model;
using SmartSink.Policy.Toml;
using SmartSink.Shared;

namespace SmartSink.Policy.Files;

/// <summary>Takes values of the wanted type out of one file's tables; what is of another type is reported and counts as left out.</summary>
internal sealed class ValueReader(string file, DiagnosticBag diagnostics)
{
    public DiagnosticBag Diagnostics { get; } = diagnostics;

    public Place PlaceOf(TomlPosition position) => new(file, position.Line, position.Column);

    public Setting<bool>? Boolean(TomlEntry entry) =>
        entry.Value is TomlScalar<bool> value ? Give(value.Value, value) : Refuse<bool>(entry, "true or false");

    public Setting<long>? Integer(TomlEntry entry) =>
        entry.Value is TomlScalar<long> value ? Give(value.Value, value) : Refuse<long>(entry, "a whole number");

    public Setting<double>? Number(TomlEntry entry) => entry.Value switch
    {
        TomlScalar<long> value => Give((double)value.Value, value),
        TomlScalar<double> value => Give(value.Value, value),
        _ => Refuse<double>(entry, "a number"),
    };

    public Setting<string>? Text(TomlEntry entry) =>
        entry.Value is TomlScalar<string> value ? Give(value.Value, value) : Refuse<string>(entry, "a string");

    public IReadOnlyList<Setting<string>> Texts(TomlEntry entry)
    {
        if (entry.Value is TomlScalar<string> single)
        {
            return [Give(single.Value, single)];
        }

        if (entry.Value is not TomlArray list)
        {
            Refuse<string>(entry, "a string or a list of strings");
            return [];
        }

        var texts = new List<Setting<string>>();
        foreach (var item in list.Items)
        {
            if (item is TomlScalar<string> text)
            {
                texts.Add(Give(text.Value, text));
            }
            else
            {
                Diagnostics.Error(PlaceOf(item.Position), $"each item of {entry.Key} must be a string, not {NameOf(item)}");
            }
        }

        return texts;
    }

    /// <summary>A string that means something; one that does not is reported.</summary>
    /// <param name="entry">The key.</param>
    /// <param name="parse">Gives the meaning, or else the problem as a sentence.</param>
    public Setting<T>? Parse<T>(TomlEntry entry, Func<string, (T Value, string? Problem)> parse) =>
        Text(entry) is { } text ? Parse(text, parse) : null;

    /// <summary>A string or a list of strings that mean something each.</summary>
    public List<Setting<T>> ParseAll<T>(TomlEntry entry, Func<string, (T Value, string? Problem)> parse) =>
        [.. Texts(entry).Select(text => Parse(text, parse)).OfType<Setting<T>>()];

    public Setting<string> Lines(TomlEntry entry) =>
        entry.Value is TomlScalar<string> text
            ? Give(text.Value, text)
            : new Setting<string>(string.Join('\n', Texts(entry).Select(line => line.Value)), PlaceOf(entry.Value.Position));

    public TomlTable? Table(TomlEntry entry)
    {
        if (entry.Value is TomlTable table)
        {
            return table;
        }

        Refuse<int>(entry, "a table");
        return null;
    }

    /// <summary>The tables under headers in double brackets.</summary>
    /// <param name="entry">The key.</param>
    /// <param name="keys">What each of them has to give, for a sentence.</param>
    public IEnumerable<TomlTable> Tables(TomlEntry entry, string keys)
    {
        if (entry.Value is not TomlArray list)
        {
            Diagnostics.Error(PlaceOf(entry.KeyPosition), $"{entry.Key} needs double brackets: [[{entry.Key}]]");
            yield break;
        }

        foreach (var item in list.Items)
        {
            if (item is TomlTable table)
            {
                yield return table;
            }
            else
            {
                Diagnostics.Error(PlaceOf(item.Position), $"each item of {entry.Key} must be a table with {keys}, not {NameOf(item)}");
            }
        }
    }

    public void Require(TomlTable table, string key, string owner)
    {
        if (!table.TryGetValue(key, out _))
        {
            Diagnostics.Error(PlaceOf(table.Position), $"{owner} has no {key}");
        }
    }

    public void Unknown(TomlEntry entry, string where, IReadOnlyList<PolicyKey> known) =>
        Diagnostics.Error(PlaceOf(entry.KeyPosition), $"unknown key \"{entry.Key}\" {where}{Suggestion.Of(entry.Key, known.Select(key => key.Name))}");

    public Setting<T>? Refuse<T>(TomlEntry entry, string wanted)
    {
        Diagnostics.Error(PlaceOf(entry.Value.Position), $"{entry.Key} must be {wanted}, not {NameOf(entry.Value)}");
        return null;
    }

    /// <summary>What to say behind a word that is none of a closed list: the nearest of them, or else all.</summary>
    public static string Hint(string word, IReadOnlyList<string> known) =>
        Suggestion.Of(word, known) is { Length: > 0 } suggestion ? suggestion : $"; it must be one of {string.Join(", ", known)}";

    public static string NameOf(TomlValue value) => value switch
    {
        TomlScalar<string> => "a string",
        TomlScalar<long> => "a whole number",
        TomlScalar<double> => "a number with decimals",
        TomlScalar<bool> => "true or false",
        TomlArray => "a list",
        TomlTable => "a table",
        _ => "a date or time",
    };

    private Setting<T>? Parse<T>(Setting<string> text, Func<string, (T Value, string? Problem)> parse)
    {
        var (value, problem) = parse(text.Value);
        if (problem is null)
        {
            return new Setting<T>(value, text.Place);
        }

        Diagnostics.Error(text.Place, problem);
        return null;
    }

    private Setting<T> Give<T>(T value, TomlValue source) => new(value, PlaceOf(source.Position));
}
