using SmartSink.Policy.Model;

namespace SmartSink.Policy.Files;

internal static class DomainReader
{
    public static void ReadDefault(TomlEntry entry, DomainEntry rates, ValueReader values)
    {
        foreach (var item in values.Table(entry)?.Entries ?? [])
        {
            if (!TryReadShared(item, rates, values))
            {
                values.Unknown(item, "in [default]", PolicyKeys.Default);
            }
        }
    }

    public static IEnumerable<DomainEntry> ReadAll(TomlEntry entry, ValueReader values)
    {
        foreach (var item in values.Table(entry)?.Entries ?? [])
        {
            if (values.Table(item) is { } table && TryReadName(item, values, out var name))
            {
                yield return ReadOne(table, name, item.Key, values);
            }
        }
    }

    private static bool TryReadName(TomlEntry item, ValueReader values, out DomainKey name)
    {
        if (!DomainKey.TryRead(item.Key, out name))
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

    private static DomainEntry ReadOne(TomlTable table, DomainKey name, string title, ValueReader values)
    {
        var section = new DomainEntry(name);
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
                    values.Unknown(item, $"in [domain.\"{title}\"]", PolicyKeys.Domain);
                    break;
            }
        }

        return section;
    }

    private static bool TryReadShared(TomlEntry item, DomainEntry rates, ValueReader values)
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

    private static Setting<bool>? ReadTls(TomlEntry item, ValueReader values) => values.Parse(item, text =>
        (text == PolicyKeys.TlsWords[0], PolicyKeys.TlsWords.Contains(text) ? null : $"tls = \"{text}\" is neither \"required\" nor \"optional\""));

    private static Setting<DomainKey>? ReadLike(TomlEntry item, ValueReader values) => values.Parse(item, text =>
        DomainKey.TryRead(text, out var name) && !name.IsFallback ? (name, null) : (name, $"like = \"{text}\" does not name a domain or pattern"));
}
