namespace SmartSink.Settings;

/// <summary>One setting: its names in the sources, its default, and how its text becomes a value.</summary>
internal sealed class Setting
{
    private const string Prefix = "SINK_";
    private readonly Func<ListenerSettings, string, ListenerSettings?> _apply;

    private Setting(string key, string variable, string placeholder, string expected, Func<ListenerSettings, string, ListenerSettings?> apply)
    {
        Key = key;
        Variable = variable;
        Option = "--" + variable.ToLowerInvariant().Replace('_', '-');
        Placeholder = placeholder;
        Expected = expected;
        _apply = apply;
    }

    /// <summary>The key in appsettings.json, at its top or in its section <c>Sink</c>: <c>MaxConnections</c>.</summary>
    public string Key { get; }

    /// <summary>The environment variable: <c>SINK_MAX_CONNECTIONS</c>.</summary>
    public string Environment => Prefix + Variable;

    /// <summary>The variable's name without its prefix, as it also stands behind a listener's: <c>MAX_RECIPIENTS</c>.</summary>
    public string Variable { get; }

    /// <summary>The option of the command line: <c>--max-connections</c>.</summary>
    public string Option { get; }

    /// <summary>Whether a listener may have a value of its own.</summary>
    public required bool IsPerListener { get; init; }

    /// <summary>One word for the value, in the help.</summary>
    public string Placeholder { get; }

    /// <summary>What the value must be, with its range: "a port (0 to 65535)".</summary>
    public string Expected { get; }

    /// <summary>The default as it would be written, or a few words where it depends on the machine; empty for none.</summary>
    public required string Default { get; init; }

    /// <summary>What it does, in one line without a full stop.</summary>
    public required string Description { get; init; }

    /// <summary>Makes a setting of the process as a whole.</summary>
    /// <param name="key">See <see cref="Key"/>.</param>
    /// <param name="variable">See <see cref="Variable"/>; the option is made from it.</param>
    /// <param name="kind">How its text is read.</param>
    /// <param name="set">Puts the value into its place.</param>
    /// <param name="defaultText">See <see cref="Default"/>.</param>
    /// <param name="description">See <see cref="Description"/>.</param>
    public static Setting Of<T>(
        string key, string variable, SettingKind<T> kind, Func<SinkSettings, T, SinkSettings> set, string defaultText, string description) =>
        Make(key, variable, kind, (settings, value) => set((SinkSettings)settings, value), isPerListener: false, defaultText, description);

    /// <summary>Makes a setting that each listener may have for itself; given for the process it holds for all that have not.</summary>
    /// <inheritdoc cref="Of"/>
    public static Setting PerListener<T>(
        string key, string variable, SettingKind<T> kind, Func<ListenerSettings, T, ListenerSettings> set, string defaultText, string description) =>
        Make(key, variable, kind, set, isPerListener: true, defaultText, description);

    /// <summary>The settings with this one set; null when the text is not a value for it.</summary>
    public TSettings? Apply<TSettings>(TSettings settings, string text)
        where TSettings : ListenerSettings => (TSettings?)_apply(settings, text);

    private static Setting Make<T>(
        string key, string variable, SettingKind<T> kind, Func<ListenerSettings, T, ListenerSettings> set, bool isPerListener, string defaultText, string description) =>
        new(key, variable, kind.Placeholder, kind.Expected, (settings, text) => kind.TryParse(text, out var value) ? set(settings, value) : null)
        {
            IsPerListener = isPerListener,
            Default = defaultText,
            Description = description,
        };
}
