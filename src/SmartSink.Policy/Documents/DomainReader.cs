using SmartSink.Policy.Matching;
using SmartSink.Policy.Files;

namespace SmartSink.Policy.Documents;

/// <summary>Reads <c>[default]</c> and the tables under <c>domain</c>.</summary>
internal static class DomainReader
{
    private static readonly string[] DefaultKeys = ["bounce", "defer", "tls"];
    private static readonly string[] DomainKeys = ["bounce", "defer", "tls", "like", "sticky"];
    private static readonly string[] TlsWords = ["required", "optional"];

    /// <summary>Reads <c>[default]</c>.</summary>
    public static void ReadDefault(TomlEntry entry, RatesSection rates, ValueReader values)
    {
        foreach (var item in values.Table(entry)?.Entries ?? [])
        {
            if (!TryReadShared(item, rates, values))
            {
                values.Unknown(item, "in [default]", DefaultKeys);
            }
        }
    }

    /// <summary>Reads every <c>[domain."…"]</c>.</summary>
    public static IEnumerable<DomainSection> ReadAll(TomlEntry entry, ValueReader values)
    {
        foreach (var item in values.Table(entry)?.Entries ?? [])
        {
            if (values.Table(item) is { } table && TryReadName(item, values, out var name))
            {
                yield return ReadOne(table, new Setting<DomainKey>(name, values.PlaceOf(item.KeyPosition)), item.Key, values);
            }
        }
    }

    private static bool TryReadName(TomlEntry item, ValueReader values, out DomainKey name)
    {
        if (!DomainKeyReader.TryRead(item.Key, out name))
        {
            values.Diagnostics.Error(values.PlaceOf(item.KeyPosition), $"\"{item.Key}\" is neither a domain name nor a pattern such as \"*.example.com\"");
            return false;
        }

        if (name.IsFallback)
        {
            values.Diagnostics.Error(values.PlaceOf(item.KeyPosition), "the rates of all other domains stand in [default]; \"*\" names only reply lists");
            return false;
        }

        return true;
    }

    private static DomainSection ReadOne(TomlTable table, Setting<DomainKey> name, string title, ValueReader values)
    {
        var section = new DomainSection(name);
        foreach (var item in table.Entries)
        {
            if (TryReadShared(item, section, values))
            {
                continue;
            }

            switch (item.Key)
            {
                case "like":
                    section.Like = ReadLike(item, values);
                    break;
                case "sticky":
                    section.Sticky = values.Boolean(item);
                    break;
                case var key when item.Value is TomlTable:
                    values.Diagnostics.Error(
                        values.PlaceOf(item.KeyPosition), $"a domain's name needs quotes: [domain.\"{title}.{key}\"]");
                    break;
                default:
                    values.Unknown(item, $"in [domain.\"{title}\"]", DomainKeys);
                    break;
            }
        }

        return section;
    }

    private static bool TryReadShared(TomlEntry item, RatesSection rates, ValueReader values)
    {
        switch (item.Key)
        {
            case "bounce":
                rates.Bounce = values.Number(item);
                return true;
            case "defer":
                rates.Defer = values.Number(item);
                return true;
            case "tls":
                rates.RequiresTls = ReadTls(item, values);
                return true;
            default:
                return false;
        }
    }

    private static Setting<bool>? ReadTls(TomlEntry item, ValueReader values)
    {
        if (values.Text(item) is not { } text)
        {
            return null;
        }

        if (TlsWords.Contains(text.Value))
        {
            return new Setting<bool>(text.Value == TlsWords[0], text.Place);
        }

        values.Diagnostics.Error(text.Place, $"tls = \"{text.Value}\" is neither \"required\" nor \"optional\"");
        return null;
    }

    private static Setting<DomainKey>? ReadLike(TomlEntry item, ValueReader values)
    {
        if (values.Text(item) is not { } text)
        {
            return null;
        }

        if (DomainKeyReader.TryRead(text.Value, out var name) && !name.IsFallback)
        {
            return new Setting<DomainKey>(name, text.Place);
        }

        values.Diagnostics.Error(text.Place, $"like = \"{text.Value}\" does not name a domain or pattern");
        return null;
    }
}
