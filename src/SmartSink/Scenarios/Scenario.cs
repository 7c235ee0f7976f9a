using System.Globalization;
using System.Text;
using SmartSink.Behaviour.Rules;
using SmartSink.Ledger.Rules;
using SmartSink.Policy;
using SmartSink.Policy.Files;
using SmartSink.Policy.Model;
using SmartSink.Policy.Toml;
using SmartSink.Shared;

namespace SmartSink.Scenarios;

/// <summary>What is done to a sender, for how long, and what it must come to. All lengths are of the provider's time.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    /// <summary>What it tests, and why.</summary>
    public required string About { get; init; }

    public required TimeSpan Length { get; init; }

    /// <summary>The rules that must be seen and must not fail.</summary>
    public required IReadOnlyList<string> MustPass { get; init; }

    /// <summary>As SINK_TLS_FAULTS; null for none.</summary>
    public string? TlsFaults { get; init; }

    /// <summary>What goes over the policy's files; null for nothing.</summary>
    public TomlTable? Policy { get; init; }

    /// <summary>What begins when, in words, for whoever waits: the steps, and the policy's schedules that count from its beginning.</summary>
    public IReadOnlyList<ScenarioMark> Timeline =>
        [.. Steps.Select(step => new ScenarioMark(step.At, $"{step.Name}, for {Times.Write(step.Length)}", step)).Concat(Schedules()).OrderBy(mark => mark.At)];

    /// <summary>In the order of their beginnings.</summary>
    public IReadOnlyList<ScenarioStep> Steps { get; init; } = [];

    /// <summary>How many seconds of the provider's time pass in one.</summary>
    public double TimeScale => Policy is null || !Policy.TryGetValue(TimeScaleKey, out var scale) ? 1 : scale is TomlScalar<long> whole ? whole.Value : ((TomlScalar<double>)scale).Value;

    private const string TimeScaleKey = "time_scale";
    private const string DelayKey = "delay";

    private IEnumerable<ScenarioMark> Schedules()
    {
        foreach (var schedule in Policy is not null && Policy.TryGetValue("schedule", out var list) ? ((TomlArray)list).Items.Cast<TomlTable>() : [])
        {
            if (TextOf(schedule, "at") is ['+', .. var after] && Times.TryParse(after, out var at))
            {
                yield return new ScenarioMark(at, (TextOf(schedule, "name") ?? "schedule") + (TextOf(schedule, "for") is { } length ? $", for {length}" : string.Empty), Step: null);
            }
        }

        static string? TextOf(TomlTable table, string key) => table.TryGetValue(key, out var value) ? (value as TomlScalar<string>)?.Value : null;
    }

    /// <summary>A delay in real time, as a policy and an override have it.</summary>
    /// <param name="delay">In the provider's.</param>
    /// <param name="timeScale">How many seconds of that pass in one.</param>
    public static string RealDelay(string delay, double timeScale) =>
        ValueForms.Delay(DelayKey, delay) is ({ Kind: not DelayKind.None } time, null) ? time.At(timeScale).ToString() : delay;

    /// <summary>The policy as a file of its own, its delays in real time.</summary>
    /// <param name="timeScale">Goes over its own.</param>
    public string PolicyText(double timeScale)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{TimeScaleKey} = {timeScale}\n");
        foreach (var entry in Policy?.Entries.Where(entry => entry.Key != TimeScaleKey) ?? [])
        {
            TomlText.Write(text, entry.Key);
            TomlText.Write(text.Append(" = "), AtPace(entry.Value, timeScale), " = ");
            text.Append('\n');
        }

        return text.ToString();
    }

    private static TomlValue AtPace(TomlValue value, double timeScale, string name = "")
    {
        switch (value)
        {
            case TomlArray list:
                var items = new TomlArray(list.Position, list.IsOfHeaders);
                items.Items.AddRange(list.Items.Select(item => AtPace(item, timeScale)));
                return items;
            case TomlTable table:
                var paced = new TomlTable(table.Position, table.Origin);
                foreach (var (key, position, inner) in table.Entries)
                {
                    paced.Add(key, position, name == DelayKey && inner is TomlScalar<string> delay ? new TomlScalar<string>(delay.Position, RealDelay(delay.Value, timeScale)) : AtPace(inner, timeScale, key));
                }

                return paced;
            default:
                return value;
        }
    }
}

/// <summary>Something that begins in the course of a scenario.</summary>
/// <param name="At">From the scenario's beginning.</param>
/// <param name="Text">What, in words.</param>
/// <param name="Step">The step that it is; null for what the policy does by itself.</param>
internal sealed record ScenarioMark(TimeSpan At, string Text, ScenarioStep? Step);

/// <summary>An override that comes in the course of a scenario.</summary>
/// <param name="At">From the scenario's beginning.</param>
/// <param name="Length">How long it lasts.</param>
/// <param name="Name">Its own, or else what it does.</param>
/// <param name="Override">What it does; its own time is not given.</param>
internal sealed record ScenarioStep(TimeSpan At, TimeSpan Length, string Name, OverrideText Override);

/// <summary>Reads a scenario, or finds all that is wrong with it. policy/scenario.schema.json is made of its keys.</summary>
internal sealed class ScenarioReader
{
    private const string Name = "name", About = "about", For = "for", MustPass = "must_pass", Faults = "tls_faults", Policy = "policy", Step = "step", At = "at";
    private const int LongestName = 100;

    /// <summary>The keys of a <c>[[step]]</c>: those of an override, and its time.</summary>
    public static readonly PolicyKey[] StepKeys =
    [
        new(At, KeyType.Time, "When it begins: the time since the start of the scenario, such as 20m.") { IsRequired = true },
        .. OverrideKeys.All.Select(key => key.Name == For ? key with { IsRequired = true } : key),
    ];

    /// <summary>The keys of a scenario.</summary>
    public static readonly PolicyKey[] Keys =
    [
        new(Name, KeyType.Text, "The name used for the overlay and the verdict.") { MinimumLength = 1, MaximumLength = LongestName, IsRequired = true },
        new(About, KeyType.Text, "What it tests, and why.") { MinimumLength = 1, IsRequired = true },
        new(For, KeyType.Time, "How long it lasts, in the provider's time, such as 30m.") { IsRequired = true },
        new(MustPass, KeyType.Texts, "The rules of the report card that the sender must pass.") { Values = [.. SenderRules.All.Select(rule => rule.Name)], IsRequired = true },
        new(Faults, KeyType.Text, "TLS faults, as in SINK_TLS_FAULTS; none unless given."),
        new(Policy, KeyType.Table, "Applied over the sink's policy: any key of a policy file except include."),
        new(Step, KeyType.Table, "Overrides that are applied at certain times.") { Keys = StepKeys },
    ];

    private readonly string _file;
    private readonly DiagnosticBag _diagnostics = new();
    private readonly ValueReader _values;

    private ScenarioReader(string file)
    {
        _file = file;
        _values = new ValueReader(file, _diagnostics);
    }

    /// <summary>Whether a file of TOML is one, right or wrong: a policy has none of these keys.</summary>
    public static bool IsMeantBy(byte[] content) => TomlReader.Read(content).Root.Entries.Any(entry => entry.Key is Name or About or MustPass or Policy or Step);

    /// <summary>Reads one; null when there is an error.</summary>
    /// <param name="file">As it is called in the diagnostics.</param>
    /// <param name="content">TOML in UTF-8.</param>
    public static (Scenario? Scenario, IReadOnlyList<PolicyDiagnostic> Diagnostics) Read(string file, byte[] content)
    {
        var (toml, reader) = (TomlReader.Read(content), new ScenarioReader(file));
        if (toml.Errors.Count > 0)
        {
            return (null, [.. toml.Errors.OrderBy(error => error.Position.Line).Select(error => new PolicyDiagnostic(file, error.Position.Line, error.Position.Column, DiagnosticSeverity.Error, error.Message))]);
        }

        var scenario = reader.Read(toml.Root);
        IEnumerable<PolicyDiagnostic> found = reader._diagnostics.Sorted().Select(PolicyDiagnostic.Of);
        if (scenario.Policy is { } policy)
        {
            found = found.Concat(PolicyLoader.Check(file, policy)).OrderBy(diagnostic => diagnostic.Line).ThenBy(diagnostic => diagnostic.Column);
        }

        IReadOnlyList<PolicyDiagnostic> diagnostics = [.. found];
        return (diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error) ? null : scenario, diagnostics);
    }

    private Scenario Read(TomlTable root)
    {
        string name = string.Empty, about = string.Empty;
        string? faults = null;
        TomlTable? policy = null;
        List<TomlTable> steps = [];
        var (length, mustPass) = (TimeSpan.Zero, new List<string>());
        foreach (var entry in root.Entries)
        {
            switch (entry.Key)
            {
                case Name:
                    name = Text(entry, LongestName);
                    break;
                case About:
                    about = Text(entry, int.MaxValue);
                    break;
                case For:
                    length = Time(entry);
                    break;
                case MustPass:
                    mustPass = [.. _values.ParseAll(entry, text => (text, SenderRules.Find(text) is null ? $"unknown rule \"{text}\"{ValueReader.Hint(text, [.. SenderRules.All.Select(rule => rule.Name)])}" : null)).Select(rule => rule.Value)];
                    break;
                case Faults:
                    faults = _values.Parse(entry, text => (text, OverlayKeeper.ProblemOf(text, out _)))?.Value;
                    break;
                case Policy:
                    policy = _values.Table(entry);
                    break;
                case Step:
                    steps = [.. _values.Tables(entry, "at, for and do")];
                    break;
                default:
                    _values.Unknown(entry, "in a scenario", Keys);
                    break;
            }
        }

        Require(root, Keys, "this scenario");

        return new Scenario
        {
            Name = name,
            About = about.Trim(),
            Length = length,
            MustPass = mustPass,
            TlsFaults = faults,
            Policy = policy,
            Steps = [.. steps.Select(step => ReadStep(step, length)).OrderBy(step => step.At)],
        };
    }

    // What it does is judged as an override of the API is.
    private ScenarioStep ReadStep(TomlTable table, TimeSpan whole)
    {
        var (at, length, rule) = (TimeSpan.Zero, TimeSpan.Zero, new TomlTable(table.Position, TableOrigin.Inline));
        foreach (var entry in table.Entries)
        {
            switch (entry.Key)
            {
                case At:
                    at = Time(entry, isZeroGood: true);
                    if (whole > TimeSpan.Zero && at >= whole)
                    {
                        _diagnostics.Error(_values.PlaceOf(entry.Value.Position), $"the step begins after the scenario's end, {Times.Write(whole)}");
                    }

                    break;
                case For:
                    length = Time(entry);
                    break;
                default:
                    rule.Add(entry.Key, entry.KeyPosition, entry.Value);
                    break;
            }
        }

        // What else it has to have, its judge says.
        Require(table, StepKeys.Where(key => key.Name is At or For), "this [[step]]");

        var json = new StringBuilder();
        TomlText.Write(json, rule, ": ");
        var reader = new OverrideJsonReader();
        var given = reader.Read(Encoding.UTF8.GetBytes(json.ToString())) ?? new OverrideText();
        var judge = new OverrideReader(given, reader.Problems);
        var judged = judge.Read(seed: 0);
        foreach (var problem in judge.Problems)
        {
            _diagnostics.Error(_values.PlaceOf(PositionOf(rule, problem)), problem.Detail);
        }

        return new ScenarioStep(at, length, judged?.Name ?? string.Empty, given);
    }

    private void Require(TomlTable table, IEnumerable<PolicyKey> keys, string owner)
    {
        foreach (var key in keys.Where(key => key.IsRequired))
        {
            _values.Require(table, key.Name, owner);
        }
    }

    private static TomlPosition PositionOf(TomlTable table, OverrideProblem problem)
    {
        var (position, value) = (table.Position, (TomlValue)table);
        foreach (var part in problem.Pointer.Split('/').Skip(1).Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            switch (value)
            {
                case TomlTable inner when inner.Entries.FirstOrDefault(entry => entry.Key == part) is { Value: { } found } known:
                    position = problem.Detail.StartsWith("unknown field", StringComparison.Ordinal) ? known.KeyPosition : found.Position;
                    value = found;
                    break;
                case TomlArray list when int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Items.Count:
                    value = list.Items[index];
                    position = value.Position;
                    break;
                default:
                    return position;
            }
        }

        return position;
    }

    private string Text(TomlEntry entry, int longest) => _values.Parse(entry, text =>
        (text, string.IsNullOrWhiteSpace(text) ? $"{entry.Key} is empty" : text.Length > longest ? $"{entry.Key} has {text.Length} characters; it can have at most {longest}" : null))?.Value ?? string.Empty;

    private TimeSpan Time(TomlEntry entry, bool isZeroGood = false) => _values.Parse(entry, text => ValueForms.Time(entry.Key, text, isZeroGood))?.Value ?? TimeSpan.Zero;
}

/// <summary>Writes values of TOML on one line, and, with another sign between key and value, as JSON.</summary>
internal static class TomlText
{
    public static void Write(StringBuilder text, TomlValue value, string between)
    {
        switch (value)
        {
            case TomlScalar<string> scalar:
                Write(text, scalar.Value);
                break;
            case TomlScalar<bool> scalar:
                text.Append(scalar.Value ? "true" : "false");
                break;
            case TomlScalar<long> scalar:
                text.Append(CultureInfo.InvariantCulture, $"{scalar.Value}");
                break;
            case TomlScalar<double> { Value: var number } when double.IsFinite(number):
                text.Append(CultureInfo.InvariantCulture, $"{number:R}");
                break;
            case TomlArray list:
                text.Append('[');
                foreach (var (index, item) in list.Items.Index())
                {
                    Write(text.Append(index == 0 ? string.Empty : ", "), item, between);
                }

                text.Append(']');
                break;
            case TomlTable table:
                text.Append('{');
                foreach (var (index, entry) in table.Entries.Index())
                {
                    Write(text.Append(index == 0 ? string.Empty : ", "), entry.Key);
                    Write(text.Append(between), entry.Value, between);
                }

                text.Append('}');
                break;
            default:
                // A date, time or inf, which no key of either takes: it is refused as a string where it comes to.
                Write(text, value.ToString()!);
                break;
        }
    }

    /// <summary>A text in quotes: the escapes are those that TOML and JSON have in common.</summary>
    public static void Write(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' or '\\' => text.Append('\\').Append(character),
                < ' ' or '\x7f' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
                _ => text.Append(character),
            };
        }

        text.Append('"');
    }
}

/// <summary>The scenarios that there are: those in the folder beside the policy's main file, and the built-in ones of other names.</summary>
internal static class ScenarioFiles
{
    private const string Folder = "scenarios";
    private const string Extension = ".toml";
    private const long MostBytes = RegularFile.Megabyte;

    private static readonly string BuiltIn = BuiltInFiles.Prefix + Folder + "/";

    /// <summary>By name: the file's.</summary>
    public static SortedDictionary<string, string> All(string mainFile)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in BuiltInFiles.All.Where(file => file.StartsWith(BuiltIn, StringComparison.Ordinal)))
        {
            files[Path.GetFileNameWithoutExtension(file)] = file;
        }

        var folder = Path.Combine(Path.GetDirectoryName(mainFile) ?? string.Empty, Folder);
        if (!BuiltInFiles.IsBuiltIn(mainFile) && Directory.Exists(folder))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*" + Extension))
            {
                files[Path.GetFileNameWithoutExtension(file)] = file;
            }
        }

        return files;
    }

    /// <summary>The file of a scenario: of one of those, or any file by its path; null for none.</summary>
    public static string? Find(string name, string mainFile) =>
        name.Contains('/', StringComparison.Ordinal) || name.EndsWith(Extension, StringComparison.Ordinal) ? name : All(mainFile).GetValueOrDefault(name);

    /// <summary>Reads a file; null when it cannot be read.</summary>
    public static byte[]? TryRead(string file)
    {
        try
        {
            return Read(file);
        }
        catch (FileException)
        {
            return null;
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FileException">It cannot be read.</exception>
    public static byte[] Read(string file) => BuiltInFiles.IsBuiltIn(file) ? BuiltInFiles.Read(file) : RegularFile.ReadAllBytes(file, MostBytes);
}
