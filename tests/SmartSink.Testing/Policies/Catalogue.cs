using System.Text.RegularExpressions;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Policy.Toml;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Testing.Policies;

/// <summary>The files under policy/providers, read as plain TOML: what stands in them, before any rule of the loader.</summary>
public static partial class Catalogue
{
    /// <summary>The file whose replies are no provider's own.</summary>
    public const string Generic = "generic.toml";

    /// <summary>The page that includes the catalogue.</summary>
    public static string MainFile { get; } = RepositoryRoot.Combine("policy", "responses.toml");

    /// <summary>The same page with <c>behaviour = "provider"</c>.</summary>
    public static string ProviderLikeFile { get; } = RepositoryRoot.Combine("policy", "provider-like.toml");

    private static string Folder { get; } = RepositoryRoot.Combine("policy", "providers");

    /// <summary>With this seed a policy makes the numbers up that <see cref="CatalogueReply.ToReply"/> does.</summary>
    public const int Seed = 2026;

    /// <summary>The files' names, sorted.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Directory.GetFiles(Folder, "*.toml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>The replies of all files, as rates and triggers give them.</summary>
    public static IReadOnlyList<CatalogueReply> Replies { get; } = [.. Files.SelectMany(ReadReplies).Where(reply => reply.Kind != ReplyKind.Throttle)];

    /// <summary>Those that the files give over limits.</summary>
    public static IReadOnlyList<CatalogueReply> Throttles { get; } = [.. Files.SelectMany(ReadReplies).Where(reply => reply.Kind == ReplyKind.Throttle)];

    /// <summary>What the files say of how providers behave.</summary>
    public static IReadOnlyList<CatalogueFigure> Figures { get; } = [.. Files.SelectMany(ReadFigures)];

    /// <summary>The domains and patterns that the files name.</summary>
    public static IReadOnlyList<string> Domains { get; } = [.. Files.SelectMany(file => ReadDomains(file).Keys)];

    /// <summary>Where a file lies.</summary>
    public static string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>A file's lines.</summary>
    public static string[] ReadLines(string file) => File.ReadAllLines(PathOf(file));

    /// <summary>The keys of a file's <c>[domain]</c> table, each with the value of its <c>like</c>, if it has one.</summary>
    public static IReadOnlyDictionary<string, string?> ReadDomains(string file) =>
        ReadRoot(file).TryGetValue("domain", out var domains)
            ? ((TomlTable)domains).Entries.ToDictionary(
                entry => entry.Key,
                entry => ((TomlTable)entry.Value).TryGetValue("like", out var like) ? ((TomlScalar<string>)like).Value : null,
                StringComparer.Ordinal)
            : new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>A file without what it says of how its provider behaves.</summary>
    public static string ReadWithoutBehaviour(string file) =>
        BehaviourPattern().Replace(ThrottlePattern().Replace(File.ReadAllText(PathOf(file)), string.Empty), string.Empty);

    /// <summary>How many values a file's tables of behaviour have, by the TOML reader's account.</summary>
    public static int CountFigures(string file) =>
        ReadRoot(file).TryGetValue("domain", out var domains)
            ? ((TomlTable)domains).Entries.Select(domain => (TomlTable)domain.Value).SelectMany(domain => domain.Entries)
                .Where(entry => entry.Key != "like").Sum(entry => CountLeaves(entry.Value))
            : 0;

    private static int CountLeaves(TomlValue value) => value is TomlTable table ? table.Entries.Sum(entry => CountLeaves(entry.Value)) : 1;

    private static IEnumerable<CatalogueFigure> ReadFigures(string file)
    {
        var lines = ReadLines(file);
        var table = Match.Empty;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] is [] or ['[', ..])
            {
                table = TablePattern().Match(lines[i]);
            }
            else if (table.Success && lines[i][0] != '#')
            {
                var figure = FigurePattern().Match(lines[i]);
                yield return new CatalogueFigure(
                    file, i + 1, table.Groups["entry"].Value, $"{table.Groups["table"]}.{figure.Groups["key"]}", figure.Groups["value"].Value, figure.Groups["source"].Value);
            }
        }
    }

    private static TomlTable ReadRoot(string file) => TomlReader.Read(File.ReadAllBytes(PathOf(file))).Root;

    private static IEnumerable<CatalogueReply> ReadReplies(string file)
    {
        var root = ReadRoot(file);
        var lines = ReadLines(file);
        foreach (var kind in Enum.GetValues<ReplyKind>())
        {
            if (!root.TryGetValue(kind.ToString().ToLowerInvariant(), out var entries))
            {
                continue;
            }

            foreach (var entry in ((TomlTable)entries).Entries)
            {
                foreach (var reply in ((TomlArray)entry.Value).Items.Cast<TomlTable>())
                {
                    yield return Read(file, lines, entry.Key, kind, reply);
                }
            }
        }
    }

    private static CatalogueReply Read(string file, string[] lines, string entry, ReplyKind kind, TomlTable reply)
    {
        var line = reply.Position.Line;
        return new CatalogueReply(file, line, lines[line - 2], entry, kind, [.. reply.Entries.Select(key => key.Key)])
        {
            Code = (int)((TomlScalar<long>)Require(reply, "code")).Value,
            Text = ((TomlScalar<string>)Require(reply, "msg")).Value,
            Weight = Require(reply, "weight") switch { TomlScalar<long> whole => whole.Value, var part => ((TomlScalar<double>)part).Value },
            Closes = reply.TryGetValue("close", out var close) ? ((TomlScalar<bool>)close).Value : null,
            Stage = reply.TryGetValue("stage", out var stage) ? Enum.Parse<Stage>(((TomlScalar<string>)stage).Value, ignoreCase: true) : Stage.Rcpt,
            Label = reply.TryGetValue("label", out var label) ? ((TomlScalar<string>)label).Value : null,
            Limit = reply.TryGetValue("limit", out var limit) ? ((TomlScalar<string>)limit).Value : null,
        };
    }

    private static TomlValue Require(TomlTable reply, string key) =>
        reply.TryGetValue(key, out var value)
            ? value
            : throw new KeyNotFoundException($"{key}, in the reply at line {reply.Position.Line}");

    [GeneratedRegex(@"^\[domain\.""(?<entry>[^""]+)""\.(?<table>limits|delay|greylist|habits)\]$", RegexOptions.None, 60_000)]
    private static partial Regex TablePattern();

    [GeneratedRegex(@"^(?<key>[a-z0-9_.]+) = (?<value>.+?) +# (?<source>.+)$", RegexOptions.None, 60_000)]
    private static partial Regex FigurePattern();

    [GeneratedRegex(@"^\[domain\.""[^""]+""\.[a-z]+\]\n(?:.+\n)+\n?", RegexOptions.Multiline, 60_000)]
    private static partial Regex BehaviourPattern();

    [GeneratedRegex(@"\n#.*\n\[\[throttle\.(?:.*\n)*\z", RegexOptions.None, 60_000)]
    private static partial Regex ThrottlePattern();
}

/// <summary>A line of a provider's file that says how the provider behaves.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">Where it stands.</param>
/// <param name="Entry">The domain or pattern that it belongs to.</param>
/// <param name="Key">Its table and key, such as <c>limits.block.for</c>.</param>
/// <param name="Value">As written; empty where the line has another form.</param>
/// <param name="Source">What the comment behind it says; empty likewise.</param>
public sealed record CatalogueFigure(string File, int Line, string Entry, string Key, string Value, string Source)
{
    /// <summary>Where to look when a test names it.</summary>
    public string Place => $"{File}:{Line}";
}

/// <summary>A reply as its provider's file gives it.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">The line of its header.</param>
/// <param name="Comment">The line above the header.</param>
/// <param name="Entry">The domain or pattern that it belongs to.</param>
/// <param name="Kind">Which of the entry's lists it stands in.</param>
/// <param name="Keys">Its keys in the order of the file.</param>
public sealed record CatalogueReply(string File, int Line, string Comment, string Entry, ReplyKind Kind, IReadOnlyList<string> Keys)
{
    /// <summary>400 to 599.</summary>
    public required int Code { get; init; }

    /// <summary>Its <c>msg</c>, lines apart by LF.</summary>
    public required string Text { get; init; }

    /// <summary>More than 0; of all weights of the list, the share of its draws.</summary>
    public required double Weight { get; init; }

    /// <summary>Its <c>close</c>; null for what the code says.</summary>
    public required bool? Closes { get; init; }

    /// <summary>The stage that the file names, RCPT where it names none.</summary>
    public required Stage Stage { get; init; }

    /// <summary>The word that says what it means; null where the file leaves it to be inferred.</summary>
    public required string? Label { get; init; }

    /// <summary>Of a throttle reply the limit that it speaks of; null for any.</summary>
    public required string? Limit { get; init; }

    /// <summary>Where to look when a test names this reply.</summary>
    public string Place => $"{File}:{Line}";

    /// <summary>The reply as a sink would give it whose policy has the seed <see cref="Catalogue.Seed"/>.</summary>
    public Reply ToReply() => ReplyFactory.Create(Code, Text, Closes, seed: Catalogue.Seed);
}
