using System.Collections;
using System.Text.RegularExpressions;
using SmartSink.Shared;

namespace SmartSink.Settings;

/// <summary>Fills <see cref="SinkSettings"/> from appsettings.json, the environment and the command line; the later source wins.</summary>
internal static class SettingsReader
{
    private const int MostLines = 1_000;

    /// <summary>Reads the process's own environment, the file beside the program, and the one in the working folder over it.</summary>
    /// <param name="options">The command line's options, by <see cref="Setting.Option"/>.</param>
    public static SettingsResult ReadProcess(IReadOnlyDictionary<string, string> options)
    {
        try
        {
            return Read(SettingsFile.Load([AppContext.BaseDirectory, Environment.CurrentDirectory]), ReadEnvironment(), options);
        }
        catch (InvalidDataException exception)
        {
            var none = new ConfigurationBuilder().Build();
            return new SettingsResult(null, [exception.Message], [], none) { LogJson = Read(none, ReadEnvironment(), options).LogJson };
        }
    }

    /// <summary>Reads given sources.</summary>
    public static SettingsResult Read(
        IConfiguration files, IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, string> options)
    {
        var warnings = new List<string>();
        environment = ServiceVariables.LeaveOut(environment, warnings);
        SettingSource[] strongestFirst =
        [
            new(setting => setting.Option, setting => options.GetValueOrDefault(setting.Option)),
            SettingSource.Environment(environment, setting => setting.Environment),
            new(setting => $"{SettingsFile.Name}: {setting.Key}", setting => SettingsFile.ValueOf(files, setting.Key)),
        ];
        var errors = new List<string>();
        var settings = SinkSettings.DefaultsFor(environment).Fill(SettingCatalog.All, strongestFirst, errors);
        settings = settings with { Listeners = new ListenersReader(files, environment, errors).Read(settings) };
        errors.AddRange(SettingRules.ErrorsIn(settings));
        warnings.AddRange(UnknownSettings.In(environment, files));
        return new SettingsResult(errors.Count == 0 ? settings : null, First(errors), First(warnings), files) { LogJson = settings.LogJson };
    }

    // A file of a million bytes has room for very many mistakes.
    private static List<string> First(List<string> lines) =>
        lines.Count <= MostLines ? lines : [.. lines.Take(MostLines), $"{lines.Count - MostLines} more lines of this kind are not shown"];

    /// <summary>The settings with all that the sources have; a line among the errors for each value that is none.</summary>
    public static T Fill<T>(this T settings, IEnumerable<Setting> catalog, SettingSource[] strongestFirst, List<string> errors)
        where T : ListenerSettings
    {
        foreach (var setting in catalog)
        {
            foreach (var source in strongestFirst)
            {
                if (source.ValueOf(setting) is not { } text)
                {
                    continue;
                }

                if (setting.Apply(settings, text) is { } changed)
                {
                    settings = changed;
                }
                else
                {
                    errors.Add($"{source.NameOf(setting)}: {(setting.IsSecret ? "the value" : $"\"{OneLine(text)}\"")} is not {setting.Expected}");
                }

                break;
            }
        }

        return settings;
    }

    private static Dictionary<string, string> ReadEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? string.Empty;
        }

        return variables;
    }

    private static string OneLine(string text) => string.Concat(text.Select(character => char.IsControl(character) ? '?' : character));
}

/// <summary>One of the places where settings come from.</summary>
/// <param name="NameOf">How a setting is called there, as a mistake's line names it: <c>SINK_PORT</c>, <c>--port</c>.</param>
/// <param name="ValueOf">The setting's text there; null when the source has none.</param>
internal sealed record SettingSource(Func<Setting, string> NameOf, Func<Setting, string?> ValueOf)
{
    /// <summary>Environment variables; an empty one counts as not set.</summary>
    public static SettingSource Environment(IReadOnlyDictionary<string, string> variables, Func<Setting, string> nameOf) =>
        new(nameOf, setting => variables.GetValueOrDefault(nameOf(setting)) is { Length: > 0 } text ? text : null);
}

/// <summary>What came of reading all sources.</summary>
/// <param name="Settings">The settings; null when there are errors.</param>
/// <param name="Errors">A line for each wrong value, naming its key and source.</param>
/// <param name="Warnings">A line for each thing that looks like a setting and is none.</param>
/// <param name="Files">What appsettings.json holds, for the libraries that have sections of their own in it.</param>
internal sealed record SettingsResult(SinkSettings? Settings, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, IConfiguration Files)
{
    /// <summary>Whether the log is to be JSON, as far as that could be read.</summary>
    public bool LogJson { get; init; }
}

/// <summary>Finds names that look like settings and are none: most often a slip of the pen that would go unnoticed.</summary>
internal static class UnknownSettings
{
    private const string Prefix = "SINK_";

    /// <summary>A line for each, with the name that was perhaps meant.</summary>
    public static IReadOnlyList<string> In(IReadOnlyDictionary<string, string> environment, IConfiguration files)
    {
        var variables = SettingCatalog.All.Select(setting => setting.Environment).ToHashSet(StringComparer.Ordinal);
        var keys = SettingCatalog.All.Select(setting => setting.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var unknownVariables = environment.Keys
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !variables.Contains(name) && !ListenersReader.IsListeners(name))
            .Order(StringComparer.Ordinal)
            .Select(name => Line(name, name, variables, "a setting"));
        var unknownKeys = files.GetSection(SettingsFile.Section).GetChildren()
            .Where(section => !keys.Contains(section.Key) && !ListenersReader.Key.Equals(section.Key, StringComparison.OrdinalIgnoreCase))
            .Select(section => Line($"{SettingsFile.Name}: {section.Path}", section.Key, keys, "a setting"));
        return [.. unknownVariables, .. unknownKeys];
    }

    /// <summary>The line about one name.</summary>
    /// <param name="shown">The name with its source.</param>
    /// <param name="name">The name.</param>
    /// <param name="known">The names that there are.</param>
    /// <param name="what">What it is not: "a setting".</param>
    public static string Line(string shown, string name, IEnumerable<string> known, string what) => $"{shown} is not {what}{Suggestion.Of(name, known)}";
}

/// <summary>
/// The variables that Kubernetes sets in every pod for a Service of the namespace: <c>SINK_PORT=tcp://10.96.7.7:2525</c>,
/// <c>SINK_SERVICE_HOST</c>, <c>SINK_PORT_2525_TCP_ADDR</c> for one named <c>sink</c>. Nobody meant them as settings.
/// </summary>
internal static partial class ServiceVariables
{
    /// <summary>In milliseconds, and so long that it is not the machine that is too slow.</summary>
    private const int PatternTimeout = 60_000;

    /// <summary>The environment without them.</summary>
    /// <param name="environment">All variables.</param>
    /// <param name="warnings">Takes a line for each that has a setting's name.</param>
    public static IReadOnlyDictionary<string, string> LeaveOut(IReadOnlyDictionary<string, string> environment, List<string> warnings)
    {
        var found = environment.Where(variable => IsOne(variable.Key, variable.Value)).ToDictionary(StringComparer.Ordinal);
        if (found.Count == 0)
        {
            return environment;
        }

        warnings.AddRange(SettingCatalog.All
            .Where(setting => found.ContainsKey(setting.Environment))
            .Select(setting =>
                $"{setting.Environment}: \"{found[setting.Environment]}\" was ignored: Kubernetes sets it for a Service of that name; rename the Service, or set enableServiceLinks: false in the pod's spec"));
        return environment.Where(variable => !found.ContainsKey(variable.Key)).ToDictionary(StringComparer.Ordinal);
    }

    private static bool IsOne(string name, string value) => OwnName().IsMatch(name) || (PortName().IsMatch(name) && PortValue().IsMatch(value));

    [GeneratedRegex("^SINK_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$", RegexOptions.ExplicitCapture, PatternTimeout)]
    private static partial Regex OwnName();

    [GeneratedRegex("^SINK_(.+_)?PORT$", RegexOptions.ExplicitCapture, PatternTimeout)]
    private static partial Regex PortName();

    [GeneratedRegex(@"^(tcp|udp|sctp)://[^\s]+:[0-9]+\z", RegexOptions.ExplicitCapture, PatternTimeout)]
    private static partial Regex PortValue();
}
