using System.Net;
using SmartSink.Policy.Model;
using SmartSink.Policy.Toml;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Policy.Files;

/// <summary>Makes a <see cref="PolicyDocument"/> of a TOML table: names keys, checks types, leaves ranges and references to the validators.</summary>
internal static class DocumentReader
{
    public static PolicyDocument Read(TomlTable root, string file, bool isMain, DiagnosticBag diagnostics)
    {
        var values = new ValueReader(file, diagnostics);
        var keys = new KeyReader(values);
        var document = new PolicyDocument();
        foreach (var entry in root.Entries)
        {
            switch (entry.Key)
            {
                case "seed":
                    document.Seed = values.Integer(entry);
                    break;
                case "sticky":
                    document.Sticky = values.Boolean(entry);
                    break;
                case "triggers":
                    document.Triggers = DomainReader.ReadTriggers(entry, values);
                    break;
                case "domain_suffix":
                    document.DomainSuffixes = ReadSuffixes(entry, values);
                    break;
                case "include" when isMain:
                    document.Includes = values.Texts(entry);
                    break;
                case "include":
                    diagnostics.Error(values.PlaceOf(entry.KeyPosition), "only the main file may include others");
                    break;
                case "default":
                    DomainReader.ReadDefault(entry, document.Default, values);
                    break;
                case "domain":
                    document.Domains.AddRange(DomainReader.ReadAll(entry, values));
                    break;
                case "bounce" or "defer" or "tls" or "throttle":
                    document.ReplyLists.AddRange(ReplyListReader.ReadAll(entry, Enum.Parse<ReplyKind>(entry.Key, ignoreCase: true), values));
                    break;
                case "mx":
                    document.Servers.AddRange(MxReader.ReadAll(entry, values));
                    break;
                case "answers":
                    document.Rules.AddRange(ReadRules(entry, RuleKind.Answers, PolicyKeys.Answers, values));
                    break;
                case "fault":
                    document.Rules.AddRange(ReadRules(entry, RuleKind.Fault, PolicyKeys.Fault, values));
                    break;
                case "schedule":
                    document.Rules.AddRange(ReadRules(entry, RuleKind.Schedule, PolicyKeys.Schedule, values));
                    break;
                case var key when keys.TryRead(entry, PolicyKeys.Settings, key, document.Settings):
                    break;
                default:
                    values.Unknown(entry, "at the top level", PolicyKeys.TopLevel);
                    break;
            }
        }

        return document;
    }

    private static IEnumerable<RuleEntry> ReadRules(TomlEntry entry, RuleKind kind, IReadOnlyList<PolicyKey> keys, ValueReader values)
    {
        foreach (var table in values.Tables(entry, $"{string.Join(" and ", keys.Where(key => key.IsRequired).Select(key => key.Name))}"))
        {
            var rule = new RuleEntry(kind, values.PlaceOf(table.Position), new SettingTable());
            new KeyReader(values).Read(table, keys, $"[{entry.Key}]", rule.Settings);
            yield return rule;
        }
    }

    private static Setting<IReadOnlyList<string>> ReadSuffixes(TomlEntry entry, ValueReader values)
    {
        var suffixes = new List<string>();
        foreach (var text in values.Texts(entry))
        {
            // The empty string says "none", as the generator's flag of the same name does.
            if (text.Value.Length == 0)
            {
                continue;
            }

            if (DomainKey.TryRead(text.Value.StartsWith('.') ? text.Value[1..] : text.Value, out var key) && key is { IsPattern: false, IsFallback: false })
            {
                suffixes.Add(key.Domain);
            }
            else
            {
                values.Diagnostics.Error(text.Place, $"\"{text.Value}\" is not a domain name");
            }
        }

        return new Setting<IReadOnlyList<string>>(suffixes, values.PlaceOf(entry.Value.Position));
    }
}

internal static class DomainReader
{
    public static void ReadDefault(TomlEntry entry, DomainEntry rates, ValueReader values)
    {
        foreach (var item in values.Table(entry)?.Entries ?? [])
        {
            if (!TryReadShared(item, rates, "default", values))
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
                yield return ReadOne(table, name, $"domain.\"{item.Key}\"", values);
            }
        }
    }

    /// <summary>What a schedule's <c>set</c> says.</summary>
    public static DomainEntry ReadSet(TomlTable table, ValueReader values) => ReadOne(table, DomainKey.Fallback, "set", values);

    /// <summary>True for all, false for none, or the words of those that hold.</summary>
    public static Setting<TriggerKinds>? ReadTriggers(TomlEntry item, ValueReader values)
    {
        TriggerKinds? kinds = item.Value switch
        {
            TomlScalar<bool> all => all.Value ? TriggerKinds.All : TriggerKinds.None,
            TomlScalar<string> or TomlArray => values.ParseAll(item, ReadTrigger).Aggregate(TriggerKinds.None, (sum, kind) => sum | kind.Value),
            _ => null,
        };
        return kinds is { } given
            ? new Setting<TriggerKinds>(given, values.PlaceOf(item.Value.Position))
            : values.Refuse<TriggerKinds>(item, "true, false or a list of strings");
    }

    private static (TriggerKinds Kind, string? Problem) ReadTrigger(string text) => Array.IndexOf(PolicyKeys.TriggerWords, text) is >= 0 and var index
        ? ((TriggerKinds)(1 << index), null)
        : (TriggerKinds.None, $"unknown trigger \"{text}\"{ValueReader.Hint(text, PolicyKeys.TriggerWords)}");

    private static bool TryReadName(TomlEntry item, ValueReader values, out DomainKey name)
    {
        if (!DomainKey.TryRead(item.Key, out name))
        {
            values.Diagnostics.Error(values.PlaceOf(item.KeyPosition), $"\"{item.Key}\" is neither a domain name nor a pattern such as {DomainKey.Examples}");
            return false;
        }

        if (name.IsFallback)
        {
            values.Diagnostics.Error(values.PlaceOf(item.KeyPosition), "rates for all other domains belong in [default]; \"*\" is only for reply lists");
            return false;
        }

        return true;
    }

    private static DomainEntry ReadOne(TomlTable table, DomainKey name, string title, ValueReader values)
    {
        var section = new DomainEntry(name);
        foreach (var item in table.Entries)
        {
            if (TryReadShared(item, section, title, values))
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
                case "triggers":
                    section.Triggers = ReadTriggers(item, values);
                    break;
                case var key when item.Value is TomlTable && !name.IsFallback:
                    values.Diagnostics.Error(
                        values.PlaceOf(item.KeyPosition), $"a domain's name needs quotes: [{title[..^1]}.{key}\"]");
                    break;
                default:
                    values.Unknown(item, $"in {(name.IsFallback ? title : $"[{title}]")}", PolicyKeys.Domain);
                    break;
            }
        }

        return section;
    }

    private static bool TryReadShared(TomlEntry item, DomainEntry rates, string title, ValueReader values)
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
            case "strict":
                rates.Strict = values.Boolean(item);
                return true;
            default:
                return TryReadBehaviour(item, rates, title, values);
        }
    }

    private static bool TryReadBehaviour(TomlEntry item, DomainEntry rates, string title, ValueReader values)
    {
        if (!PolicyKeys.Behaviour.Any(key => key.Name == item.Key))
        {
            return false;
        }

        var behaviour = rates.Behaviour ?? new SettingTable();
        new KeyReader(values).TryRead(item, PolicyKeys.Behaviour, title, behaviour);
        rates.Behaviour = behaviour.All.Count == 0 ? null : behaviour;
        return true;
    }

    private static Setting<bool>? ReadTls(TomlEntry item, ValueReader values) => values.Parse(item, text =>
        (text == PolicyKeys.TlsWords[0], PolicyKeys.TlsWords.Contains(text) ? null : $"tls = \"{text}\" is neither \"required\" nor \"optional\""));

    private static Setting<DomainKey>? ReadLike(TomlEntry item, ValueReader values) => values.Parse(item, text =>
        DomainKey.TryRead(text, out var name) && !name.IsFallback ? (name, null) : (name, $"like = \"{text}\" does not name a domain or pattern"));
}

internal static class MxReader
{
    public static IEnumerable<MxEntry> ReadAll(TomlEntry entry, ValueReader values)
    {
        foreach (var table in values.Tables(entry, "networks and hostname"))
        {
            yield return ReadOne(table, values);
        }
    }

    private static MxEntry ReadOne(TomlTable table, ValueReader values)
    {
        var mx = new MxEntry();
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
                    mx.Banner = values.Parse(item, ValueForms.Banner);
                    break;
                case "ehlo":
                    mx.RefusesEhlo = ReadEhlo(item, values);
                    break;
                default:
                    values.Unknown(item, "in [[mx]]", PolicyKeys.Mx);
                    break;
            }
        }

        values.Require(table, "networks", "this [[mx]]");
        values.Require(table, "hostname", "this [[mx]]");
        return mx;
    }

    private static List<Setting<IPNetwork>> ReadNetworks(TomlEntry item, ValueReader values)
    {
        if (item.Value is TomlArray { Items.Count: 0 })
        {
            values.Diagnostics.Error(values.PlaceOf(item.Value.Position), "networks is empty, so this [[mx]] would never match");
        }

        return values.ParseAll(item, text => NetworkText.TryRead(text, out var network, out var problem) ? (network, null) : (network, problem));
    }

    // What goes onto the wire is ASCII: an IDN's A-labels.
    private static Setting<string>? ReadHostname(TomlEntry item, ValueReader values) => values.Parse(item, text =>
        DomainName.TryNormalize(text, out string name) ? (text.All(char.IsAscii) ? text : name, null) : (text, $"hostname = \"{text}\" is not a domain name"));

    private static List<Setting<DomainKey>> ReadDomains(TomlEntry item, ValueReader values) => values.ParseAll(item, text =>
        DomainKey.TryRead(text, out var key) && !key.IsFallback ? (key, null) : (key, $"\"{text}\" is neither a domain name nor a pattern such as {DomainKey.Examples}"));

    private static Setting<bool>? ReadEhlo(TomlEntry item, ValueReader values) => values.Parse(item, text =>
        (text == PolicyKeys.EhloWords[0], PolicyKeys.EhloWords.Contains(text) ? null : $"ehlo = \"{text}\" is neither \"refuse\" nor \"accept\""));
}
