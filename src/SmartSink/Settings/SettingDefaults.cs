namespace SmartSink.Settings;

/// <summary>The defaults, with those that depend on the machine.</summary>
internal static class SettingDefaults
{
    /// <summary>The settings of a process that nobody has told anything.</summary>
    public static SinkSettings For(IReadOnlyDictionary<string, string> environment) => new()
    {
        StateFolder = StateFolder(environment),
        Hostname = HostnameText.TryParse(Environment.MachineName, out var name) ? name : "localhost",
    };

    // The XDG base directory specification: a relative path in the variable is to be passed over.
    private static string StateFolder(IReadOnlyDictionary<string, string> environment)
    {
        var parent = environment.GetValueOrDefault("XDG_STATE_HOME");
        if (!Path.IsPathFullyQualified(parent ?? string.Empty))
        {
            var home = environment.GetValueOrDefault("HOME");
            parent = Path.IsPathFullyQualified(home ?? string.Empty) ? Path.Combine(home!, ".local", "state") : Path.GetTempPath();
        }

        return Path.Combine(parent!, "smartsink");
    }
}
