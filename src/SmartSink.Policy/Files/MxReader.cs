using System.Net;
using SmartSink.Policy.Model;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Policy.Files;

internal static class MxReader
{
    public static IEnumerable<MxEntry> ReadAll(TomlEntry entry, ValueReader values)
    {
        if (entry.Value is not TomlArray list)
        {
            values.Diagnostics.Error(values.PlaceOf(entry.KeyPosition), "mx is a list and takes double brackets: [[mx]]");
            yield break;
        }

        foreach (var item in list.Items)
        {
            if (item is TomlTable table)
            {
                yield return ReadOne(table, values);
            }
            else
            {
                values.Diagnostics.Error(values.PlaceOf(item.Position), $"each item of mx must be a table with networks and hostname, not {ValueReader.NameOf(item)}");
            }
        }
    }

    private static MxEntry ReadOne(TomlTable table, ValueReader values)
    {
        var mx = new MxEntry(values.PlaceOf(table.Position));
        foreach (var item in table.Entries)
        {
            switch (item.Key)
            {
                case "networks":
                    ReadNetworks(item, mx, values);
                    break;
                case "hostname":
                    mx.Hostname = ReadHostname(item, values);
                    break;
                case "domains":
                    ReadDomains(item, mx, values);
                    break;
                case "banner":
                    mx.Banner = ReadBanner(item, values);
                    break;
                default:
                    values.Unknown(item, "in [[mx]]", PolicyKeys.Mx);
                    break;
            }
        }

        values.Require(table, "networks", "the entry of [[mx]]");
        values.Require(table, "hostname", "the entry of [[mx]]");
        return mx;
    }

    private static void ReadNetworks(TomlEntry item, MxEntry mx, ValueReader values)
    {
        var texts = values.Texts(item);
        if (item.Value is TomlArray { Items.Count: 0 })
        {
            values.Diagnostics.Error(values.PlaceOf(item.Value.Position), "networks names none, so the entry would never hold");
        }

        foreach (var text in texts)
        {
            if (NetworkText.TryRead(text.Value, out var network, out var problem))
            {
                mx.Networks.Add(new Setting<IPNetwork>(network, text.Place));
            }
            else
            {
                values.Diagnostics.Error(text.Place, problem);
            }
        }
    }

    private static Setting<string>? ReadHostname(TomlEntry item, ValueReader values)
    {
        if (values.Text(item) is not { } text)
        {
            return null;
        }

        // What goes onto the wire is ASCII: an IDN's A-labels.
        if (DomainName.TryNormalize(text.Value, out string name))
        {
            return text with { Value = text.Value.All(char.IsAscii) ? text.Value : name };
        }

        values.Diagnostics.Error(text.Place, $"hostname = \"{text.Value}\" is not a domain name");
        return null;
    }

    private static void ReadDomains(TomlEntry item, MxEntry mx, ValueReader values)
    {
        foreach (var text in values.Texts(item))
        {
            if (DomainKey.TryRead(text.Value, out var key) && !key.IsFallback)
            {
                mx.Domains.Add(new Setting<DomainKey>(key, text.Place));
            }
            else
            {
                values.Diagnostics.Error(text.Place, $"\"{text.Value}\" is neither a domain name nor a pattern such as \"*.example.com\"");
            }
        }
    }

    private static Setting<string>? ReadBanner(TomlEntry item, ValueReader values)
    {
        if (values.Text(item) is not { } text)
        {
            return null;
        }

        if (text.Value.Length <= PolicyKeys.LongestBanner && text.Value.All(character => character is >= ' ' and <= '~'))
        {
            return text;
        }

        values.Diagnostics.Error(text.Place, $"banner must be printable ASCII text of at most {PolicyKeys.LongestBanner} characters");
        return null;
    }
}
