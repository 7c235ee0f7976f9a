using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Policy;
using SmartSink.Policy.Files;
using SmartSink.Policy.Model;
using SmartSink.Policy.Toml;
using SmartSink.Shared;

namespace SmartSink.Reports;

/// <summary>Reads report.toml: what the rules of the report card count for, their thresholds, and what a sender's words for refusals mean.</summary>
internal static class ReportFile
{
    /// <summary>What it is called beside a policy's main file.</summary>
    public const string Name = "report.toml";

    private const string Rules = "rule", Classes = "classes", Counts = "counts";
    private const long MostBytes = RegularFile.Megabyte;

    private static readonly string[] Weights = [.. Enum.GetNames<RuleWeight>().Select(weight => weight.ToLowerInvariant())];
    private static readonly PolicyKey Weight = new(Counts, KeyType.Text, "The effect of a fail on the grade.") { Values = Weights };

    /// <summary>The table of rules, with a table of each.</summary>
    public static readonly PolicyKey RuleTables = new(Rules, KeyType.Table, "What the rules count for, and from which figures on they fail.")
    {
        Keys = [.. SenderRules.All.Select(rule => new PolicyKey(rule.Name, KeyType.Table, rule.Title) { Keys = KeysOf(rule) })],
    };

    /// <summary>The table of words, whose keys may be any: each is one or more of the values.</summary>
    public static readonly PolicyKey ClassTable = new(Classes, KeyType.Texts, "What a sender's own words for refusals mean.") { Values = [.. ReplyClass.Meanings] };

    /// <summary>Reads a file, over what the built-in one says of words. Never throws for what is in it: all that is wrong is among the diagnostics, and then there are no settings.</summary>
    /// <param name="file">Its path, or <see cref="BuiltInFiles.ReportFile"/>.</param>
    public static (RuleSettings? Settings, IReadOnlyList<PolicyDiagnostic> Diagnostics) Read(string file) => Read(SourceFile.Read(file, MostBytes));

    /// <summary>The same, of a text.</summary>
    public static (RuleSettings? Settings, IReadOnlyList<PolicyDiagnostic> Diagnostics) Read(SourceFile source)
    {
        var (settings, diagnostics) = (new RuleSettings(), new DiagnosticBag());
        if (source.Name != BuiltInFiles.ReportFile)
        {
            Read(SourceFile.Read(BuiltInFiles.ReportFile, MostBytes), settings, diagnostics);
        }

        Read(source, settings, diagnostics);
        return (diagnostics.HasErrors ? null : settings, [.. diagnostics.Sorted().Select(PolicyDiagnostic.Of)]);
    }

    /// <summary>Whether a file is meant to be one, by its name or by its tables.</summary>
    public static bool IsMeantBy(string file) =>
        Path.GetFileName(file) == Name || file == BuiltInFiles.ReportFile
        || (SourceFile.Read(file, MostBytes).Content is { } content && TomlReader.Read(content).Root is var root && (root.TryGetValue(Rules, out _) || root.TryGetValue(Classes, out _)));

    private static void Read(SourceFile source, RuleSettings settings, DiagnosticBag diagnostics)
    {
        if (source.Content is not { } content)
        {
            diagnostics.Error(new Place(source.Name, 1, 1), $"cannot be read: {source.Problem}");
            return;
        }

        var toml = TomlReader.Read(content);
        foreach (var error in toml.Errors)
        {
            diagnostics.Error(new Place(source.Name, error.Position.Line, error.Position.Column), error.Message);
        }

        var values = new ValueReader(source.Name, diagnostics);
        foreach (var item in toml.Errors.Count == 0 ? toml.Root.Entries : [])
        {
            switch (item.Key)
            {
                case Rules when values.Table(item) is { } rules:
                    ReadRules(rules, values, settings);
                    break;
                case Classes when values.Table(item) is { } classes:
                    ReadClasses(classes, values, settings);
                    break;
                case Rules or Classes:
                    break;
                default:
                    values.Unknown(item, "at the top level", [RuleTables, ClassTable]);
                    break;
            }
        }
    }

    private static void ReadRules(TomlTable rules, ValueReader values, RuleSettings settings)
    {
        foreach (var item in rules.Entries)
        {
            if (SenderRules.Find(item.Key) is not { } rule)
            {
                values.Diagnostics.Error(values.PlaceOf(item.KeyPosition), $"unknown rule \"{item.Key}\"{ValueReader.Hint(item.Key, [.. SenderRules.All.Select(known => known.Name)])}");
            }
            else if (values.Table(item) is { } table)
            {
                var given = new SettingTable();
                new KeyReader(values).Read(table, KeysOf(rule), $"{Rules}.{rule.Name}", given);
                Take(rule, given, settings);
            }
        }
    }

    private static List<PolicyKey> KeysOf(SenderRule rule) =>
        [Weight, .. rule.Thresholds.Select(threshold => new PolicyKey(threshold.Name, TypeOf(threshold.Unit), threshold.Description) { Minimum = 0 })];

    private static void Take(SenderRule rule, SettingTable given, RuleSettings settings)
    {
        if (given.TryGet<string>(Counts, out var word))
        {
            settings.Set(rule, (RuleWeight)Weights.IndexOf(word));
        }

        foreach (var threshold in rule.Thresholds)
        {
            var value = given[threshold.Name]?.Value switch
            {
                TimeSpan time => time.TotalSeconds,
                double number => number,
                int count => count,
                _ => (double?)null,
            };
            if (value is { } figure)
            {
                settings.Set(rule, threshold.Name, figure);
            }
        }
    }

    private static void ReadClasses(TomlTable classes, ValueReader values, RuleSettings settings)
    {
        var known = new Dictionary<string, TomlEntry>(StringComparer.Ordinal);
        foreach (var item in classes.Entries)
        {
            var place = values.PlaceOf(item.KeyPosition);
            var word = ReplyClass.Fold(item.Key);
            if (word.Length == 0)
            {
                values.Diagnostics.Error(place, $"\"{item.Key}\" has neither letter nor digit");
            }
            else if (!known.TryAdd(word, item))
            {
                values.Diagnostics.Error(place, $"\"{item.Key}\" is the same word as \"{known[word].Key}\" at line {known[word].KeyPosition.Line}: case and punctuation are ignored");
            }
            else if (ReadMeaning(item, values) is { } meaning)
            {
                settings.Set(item.Key, meaning);
            }
        }
    }

    private static ReplyClass? ReadMeaning(TomlEntry item, ValueReader values)
    {
        var meanings = values.ParseAll(item, text => (ReplyClass.Meanings.Contains(text) ? ReplyClass.Of(text) : default,
            ReplyClass.Meanings.Contains(text) ? null : $"unknown meaning \"{text}\"{ValueReader.Hint(text, ReplyClass.Meanings)}"));
        if (item.Value is TomlArray { Items.Count: 0 })
        {
            values.Diagnostics.Error(values.PlaceOf(item.Value.Position), $"{item.Key} is empty; a word that stands for no refusal means \"{ReplyClass.None}\"");
        }
        else if (meanings.Count > 1 && meanings.Find(meaning => meaning.Value.Labels == 0) is { Place.IsInFile: true } alone)
        {
            values.Diagnostics.Error(alone.Place, $"\"{ReplyClass.Hard}\", \"{ReplyClass.Soft}\" and \"{ReplyClass.None}\" stand alone");
        }

        return meanings.Count == 0 ? null : new ReplyClass(meanings.Aggregate(0u, (labels, meaning) => labels | meaning.Value.Labels), meanings[0].Value.Outcome);
    }

    private static KeyType TypeOf(ThresholdUnit unit) => unit switch
    {
        ThresholdUnit.Duration => KeyType.Time,
        ThresholdUnit.Percent => KeyType.Percent,
        ThresholdUnit.Ratio => KeyType.Number,
        _ => KeyType.Whole,
    };
}
