using System.Globalization;
using SmartSink.Policy.Model;
using SmartSink.Policy.Toml;

namespace SmartSink.Policy.Files;

/// <summary>Reads tables by the catalogue of their keys: types, words and ranges.</summary>
internal sealed class KeyReader(ValueReader values)
{
    /// <summary>Reads a table's keys, and those of tables in it.</summary>
    /// <param name="table">The table.</param>
    /// <param name="keys">What it may say.</param>
    /// <param name="title">The table as its header would have it.</param>
    /// <param name="settings">Where to put what it says.</param>
    /// <param name="prefix">Goes before the keys.</param>
    public void Read(TomlTable table, IReadOnlyList<PolicyKey> keys, string title, SettingTable settings, string prefix = "")
    {
        foreach (var item in table.Entries)
        {
            if (!TryRead(item, keys, title, settings, prefix))
            {
                values.Unknown(item, $"in [{title}]", keys);
            }
        }

        foreach (var key in keys.Where(key => key.IsRequired))
        {
            values.Require(table, key.Name, $"this [{title}]");
        }
    }

    /// <summary>Reads one key; false when it is none of those known.</summary>
    public bool TryRead(TomlEntry item, IReadOnlyList<PolicyKey> keys, string title, SettingTable settings, string prefix = "")
    {
        if (keys.FirstOrDefault(key => key.Name == item.Key) is not { } known)
        {
            return false;
        }

        if (known.Type == KeyType.Table)
        {
            if (values.Table(item) is { } table)
            {
                Read(table, known.Keys, $"{title}.{known.Name}", settings, $"{prefix}{known.Name}.");
            }
        }
        else
        {
            settings[prefix + known.Name] = ReadValue(known, item) ?? new Setting<object>(SettingTable.Wrong, values.PlaceOf(item.Value.Position));
        }

        return true;
    }

    private Setting<object>? ReadValue(PolicyKey key, TomlEntry item) => key.Type switch
    {
        KeyType.Truth => Box(values.Boolean(item)),
        KeyType.Whole => InRange(key, values.Integer(item)) is { } whole ? new Setting<object>((int)whole.Value, whole.Place) : null,
        KeyType.Number => Box(InRange(key, values.Number(item))),
        KeyType.Percent when item.Value is not TomlScalar<string> => Box(values.Number(item) is { } number && ValueForms.CheckPercent(key.Name, number.Value, key.Minimum is 0) is { } problem
            ? Report<double>(number.Place, problem)
            : values.Number(item)),
        KeyType.Percent => Box(values.Parse(item, text => ValueForms.Percent(key.Name, text, isZeroGood: key.Minimum is 0))),
        KeyType.Time => Box(values.Parse(item, text => ValueForms.Time(key.Name, text, isZeroGood: key.Minimum is 0))),
        KeyType.Rate => Box(values.Parse(item, text => ValueForms.Rate(key.Name, text))),
        KeyType.Rates => Box(NotEmpty(item, values.ParseAll(item, text => ValueForms.Rate(key.Name, text)))),
        KeyType.Throttled => Box(values.Parse(item, text => ValueForms.Throttled(key.Name, text))),
        KeyType.Delay => Box(values.Parse(item, text => ValueForms.Delay(key.Name, text))),
        KeyType.Reply => values.Text(item) is { } text && ReadReply(key, text) is { } reply ? new Setting<object>(reply, text.Place) : null,
        KeyType.Owners => Box(NotEmpty(item, values.ParseAll(item, text => OwnerOf(key, text)))),
        KeyType.Banner => Box(values.Parse(item, ValueForms.Banner)),
        KeyType.Domains => Box(NotEmpty(item, values.ParseAll(item, ValueForms.Domain))),
        KeyType.Network => Box(values.Parse(item, text => NetworkText.TryRead(text, out var network, out var problem) ? (network, null) : (network, problem))),
        KeyType.Moment => Box(values.Parse(item, text => ValueForms.Moment(key.Name, text))),
        KeyType.Sequence => Box(ReadSequence(key, item)),
        KeyType.DomainKeys => values.Table(item) is { } table && (table.Entries.Count > 0 || Report<int>(values.PlaceOf(table.Position), $"{key.Name} is empty") is not null) ? new Setting<object>(DomainReader.ReadSet(table, values), values.PlaceOf(item.KeyPosition)) : null,
        _ when key.Values.Count > 0 => Box(values.Parse(item, text => (text, ProblemOf(key, text)))),
        _ => Box(values.Parse(item, text => (text, text.Length < key.MinimumLength ? $"{key.Name} is empty" : null))),
    };

    private Setting<List<ReplyEntry?>>? ReadSequence(PolicyKey key, TomlEntry item)
    {
        if (item.Value is not TomlArray { Items: { Count: > 0 and <= ValueForms.LongestSequence } items })
        {
            return item.Value is TomlArray { Items.Count: var count }
                ? Report<List<ReplyEntry?>>(values.PlaceOf(item.Value.Position), count == 0 ? $"{key.Name} is empty" : $"{key.Name} has {count} answers; it can have at most {ValueForms.LongestSequence}")
                : values.Refuse<List<ReplyEntry?>>(item, "a list of codes or replies");
        }

        var sequence = new List<ReplyEntry?>(items.Count);
        foreach (var answer in items)
        {
            var place = values.PlaceOf(answer.Position);
            switch (answer)
            {
                case TomlScalar<long> { Value: 250 }:
                case TomlScalar<string> { Value: "250" }:
                    sequence.Add(null);
                    break;
                case TomlScalar<long> code:
                    sequence.Add(ReadReply(key, new Setting<string>(code.Value.ToString(CultureInfo.InvariantCulture), place)));
                    break;
                case TomlScalar<string> reply:
                    sequence.Add(ReadReply(key, new Setting<string>(reply.Value, place)));
                    break;
                default:
                    values.Diagnostics.Error(place, $"each item of {key.Name} must be a code or a reply, not {ValueReader.NameOf(answer)}");
                    break;
            }
        }

        return new Setting<List<ReplyEntry?>>(sequence, values.PlaceOf(item.Value.Position));
    }

    private ReplyEntry? ReadReply(PolicyKey key, Setting<string> text)
    {
        var (reply, problem) = ValueForms.Reply(key.Name, text);
        if (problem is not null)
        {
            values.Diagnostics.Error(text.Place, problem);
        }

        if (reply?.Text is { Value.Length: > 0 } behind)
        {
            ReplyTextChecks.CheckText(behind, key.Name, values.Diagnostics);
        }

        return reply;
    }

    private Setting<T>? InRange<T>(PolicyKey key, Setting<T>? number)
        where T : struct, IConvertible
    {
        if (number is not { } given)
        {
            return null;
        }

        var value = given.Value.ToDouble(CultureInfo.InvariantCulture);
        var most = key.Maximum ?? int.MaxValue;
        return value >= key.Minimum && value <= most
            ? given
            : Report<T>(given.Place, FormattableString.Invariant($"{key.Name} = {given.Value} is out of range; it must be {key.Minimum} to {most}"));
    }

    private Setting<List<T>>? NotEmpty<T>(TomlEntry item, List<Setting<T>> given)
    {
        var place = values.PlaceOf(item.Value.Position);
        return item.Value is TomlArray { Items.Count: 0 }
            ? Report<List<T>>(place, $"{item.Key} is empty")
            : given.Count == 0 ? null : new Setting<List<T>>([.. given.Select(setting => setting.Value)], place);
    }

    private Setting<T>? Report<T>(Place place, string problem)
    {
        values.Diagnostics.Error(place, problem);
        return null;
    }

    private static (BucketOwners Owner, string? Problem) OwnerOf(PolicyKey key, string text) =>
        ((BucketOwners)(1 << Math.Max(0, PolicyKeys.OwnerWords.IndexOf(text))), ProblemOf(key, text));

    private static string? ProblemOf(PolicyKey key, string word) =>
        key.Values.Contains(word) ? null : $"unknown {key.Name} \"{word}\"{ValueReader.Hint(word, key.Values)}";

    private static Setting<object>? Box<T>(Setting<T>? setting)
        where T : notnull => setting is { } given ? new Setting<object>(given.Value, given.Place) : null;
}
