namespace SmartSink.Configuration;

/// <summary>One setting of the process: its names in the three sources, its default, and how its text becomes a value.</summary>
internal sealed class Setting
{
    private const string Prefix = "SINK_";
    private readonly Func<SinkSettings, string, SinkSettings?> _apply;

    private Setting(string key, string environment, string placeholder, string expected, Func<SinkSettings, string, SinkSettings?> apply)
    {
        Key = key;
        Environment = Prefix + environment;
        Option = "--" + environment.ToLowerInvariant().Replace('_', '-');
        Placeholder = placeholder;
        Expected = expected;
        _apply = apply;
    }

    /// <summary>The key in appsettings.json, at its top or in its section <c>Sink</c>: <c>MaxConnections</c>.</summary>
    public string Key { get; }

    /// <summary>The environment variable: <c>SINK_MAX_CONNECTIONS</c>.</summary>
    public string Environment { get; }

    /// <summary>The option of the command line: <c>--max-connections</c>.</summary>
    public string Option { get; }

    /// <summary>One word for the value, in the help.</summary>
    public string Placeholder { get; }

    /// <summary>What the value must be, with its range: "a port (0 to 65535)".</summary>
    public string Expected { get; }

    /// <summary>The default as it would be written, or a few words where it depends on the machine; empty for none.</summary>
    public required string Default { get; init; }

    /// <summary>What it does, in one line without a full stop.</summary>
    public required string Description { get; init; }

    /// <summary>Makes a setting.</summary>
    /// <param name="key">See <see cref="Key"/>.</param>
    /// <param name="environment">The variable's name without <c>SINK_</c>; the option is made from it.</param>
    /// <param name="kind">How its text is read.</param>
    /// <param name="set">Puts the value into its place.</param>
    /// <param name="defaultText">See <see cref="Default"/>.</param>
    /// <param name="description">See <see cref="Description"/>.</param>
    public static Setting Of<T>(
        string key, string environment, SettingKind<T> kind, Func<SinkSettings, T, SinkSettings> set, string defaultText, string description) =>
        new(key, environment, kind.Placeholder, kind.Expected, (settings, text) => kind.TryParse(text, out var value) ? set(settings, value) : null)
        {
            Default = defaultText,
            Description = description,
        };

    /// <summary>The settings with this one set; null when the text is not a value for it.</summary>
    public SinkSettings? Apply(SinkSettings settings, string text) => _apply(settings, text);
}
