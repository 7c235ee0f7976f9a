namespace SmartSink.Configuration;

/// <summary>Finds names that look like settings and are none: most often a slip of the pen that would go unnoticed.</summary>
internal static class UnknownSettings
{
    private const string Prefix = "SINK_";
    private const int FarthestSlip = 3;

    /// <summary>A line for each, with the name that was perhaps meant.</summary>
    public static IReadOnlyList<string> In(IReadOnlyDictionary<string, string> environment, IConfiguration files)
    {
        var variables = SettingCatalog.All.Select(setting => setting.Environment).ToHashSet(StringComparer.Ordinal);
        var keys = SettingCatalog.All.Select(setting => setting.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var unknownVariables = environment.Keys
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !variables.Contains(name))
            .Order(StringComparer.Ordinal)
            .Select(name => Line(name, name, variables));
        var unknownKeys = files.GetSection(SettingsFile.Section).GetChildren()
            .Where(section => !keys.Contains(section.Key))
            .Select(section => Line($"{SettingsFile.Name}: {section.Path}", section.Key, keys));
        return [.. unknownVariables, .. unknownKeys];
    }

    private static string Line(string shown, string name, IEnumerable<string> known)
    {
        var nearest = known.MinBy(candidate => EditDistance.Between(candidate, name))!;
        var hint = EditDistance.Between(nearest, name) <= FarthestSlip ? $"; was {nearest} meant?" : string.Empty;
        return $"{shown} is not a setting{hint}";
    }
}
