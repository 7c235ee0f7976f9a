using SmartSink.Policy.Model;

namespace SmartSink.Policy.Files;

/// <summary>Makes a <see cref="PolicyDocument"/> of a TOML table: names keys, checks types, leaves ranges and references to the validators.</summary>
internal static class DocumentReader
{
    public static PolicyDocument Read(TomlTable root, string file, bool isMain, DiagnosticBag diagnostics)
    {
        var values = new ValueReader(file, diagnostics);
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
                case "bounce":
                    document.ReplyLists.AddRange(ReplyListReader.ReadAll(entry, ReplyKind.Bounce, values));
                    break;
                case "defer":
                    document.ReplyLists.AddRange(ReplyListReader.ReadAll(entry, ReplyKind.Defer, values));
                    break;
                case "tls":
                    document.ReplyLists.AddRange(ReplyListReader.ReadAll(entry, ReplyKind.Tls, values));
                    break;
                case "mx":
                    document.Servers.AddRange(MxReader.ReadAll(entry, values));
                    break;
                default:
                    values.Unknown(entry, "at the top level", PolicyKeys.TopLevel);
                    break;
            }
        }

        return document;
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
