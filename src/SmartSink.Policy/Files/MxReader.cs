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
                    mx.Networks.AddRange(ReadNetworks(item, values));
                    break;
                case "hostname":
                    mx.Hostname = ReadHostname(item, values);
                    break;
                case "domains":
                    mx.Domains.AddRange(ReadDomains(item, values));
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

    private static List<Setting<IPNetwork>> ReadNetworks(TomlEntry item, ValueReader values)
    {
        if (item.Value is TomlArray { Items.Count: 0 })
        {
            values.Diagnostics.Error(values.PlaceOf(item.Value.Position), "networks names none, so the entry would never hold");
        }

        return values.ParseAll(item, text => NetworkText.TryRead(text, out var network, out var problem) ? (network, null) : (network, problem));
    }

    // What goes onto the wire is ASCII: an IDN's A-labels.
    private static Setting<string>? ReadHostname(TomlEntry item, ValueReader values) => values.Parse(item, text =>
        DomainName.TryNormalize(text, out string name) ? (text.All(char.IsAscii) ? text : name, null) : (text, $"hostname = \"{text}\" is not a domain name"));

    private static List<Setting<DomainKey>> ReadDomains(TomlEntry item, ValueReader values) => values.ParseAll(item, text =>
        DomainKey.TryRead(text, out var key) && !key.IsFallback ? (key, null) : (key, $"\"{text}\" is neither a domain name nor a pattern such as \"*.example.com\""));

    private static Setting<string>? ReadBanner(TomlEntry item, ValueReader values) => values.Parse(item, text =>
        (text, text.Length <= PolicyKeys.LongestBanner && text.All(character => character is >= ' ' and <= '~')
            ? null
            : $"banner must be printable ASCII text of at most {PolicyKeys.LongestBanner} characters"));
}
