using SmartSink.Shared;

namespace SmartSink.Settings;

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
    public static string Line(string shown, string name, IEnumerable<string> known, string what)
    {
        var hint = Suggestion.Nearest(name, known) is { } nearest ? $"; was {nearest} meant?" : string.Empty;
        return $"{shown} is not {what}{hint}";
    }
}
