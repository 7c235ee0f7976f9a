namespace SmartSink.Settings;

/// <summary>One setting: its names in the sources, its default, and how its text becomes a value.</summary>
internal sealed class Setting
{
    private const string Prefix = "SINK_";
    private static readonly SinkSettings Unset = new() { Hostname = string.Empty, StateFolder = string.Empty };
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

    /// <summary>Whether its value must not stand in a message.</summary>
    public required bool IsSecret { get; init; }

    /// <summary>The default as it would be written, or a few words where it depends on the machine; empty for none. It is told by the settings' own records.</summary>
    public required string Default { get; init; }

    /// <summary>What it does, in one line without a full stop.</summary>
    public required string Description { get; init; }

    /// <summary>Makes a setting of the process as a whole.</summary>
    /// <param name="key">See <see cref="Key"/>.</param>
    /// <param name="variable">See <see cref="Variable"/>; the option is made from it.</param>
    /// <param name="kind">How its text is read and written.</param>
    /// <param name="get">Its value.</param>
    /// <param name="set">Puts a value into its place.</param>
    /// <param name="description">See <see cref="Description"/>.</param>
    /// <param name="defaultText">The default in words, where it depends on the machine.</param>
    public static Setting Of<T>(
        string key, string variable, SettingKind<T> kind, Func<SinkSettings, T?> get, Func<SinkSettings, T, SinkSettings> set, string description, string? defaultText = null) =>
        Make(key, variable, kind, (settings, value) => set((SinkSettings)settings, value), isPerListener: false, defaultText ?? kind.DefaultText(get(Unset)), description);

    /// <summary>Makes a setting that each listener may have for itself; given for the process it holds for all that have not.</summary>
    /// <inheritdoc cref="Of"/>
    public static Setting PerListener<T>(
        string key, string variable, SettingKind<T> kind, Func<ListenerSettings, T?> get, Func<ListenerSettings, T, ListenerSettings> set, string description, string? defaultText = null) =>
        Make(key, variable, kind, set, isPerListener: true, defaultText ?? kind.DefaultText(get(Unset)), description);

    /// <summary>The settings with this one set; null when the text is not a value for it.</summary>
    public TSettings? Apply<TSettings>(TSettings settings, string text)
        where TSettings : ListenerSettings => (TSettings?)_apply(settings, text);

    private static Setting Make<T>(
        string key, string variable, SettingKind<T> kind, Func<ListenerSettings, T, ListenerSettings> set, bool isPerListener, string defaultText, string description) =>
        new(key, variable, kind.Placeholder, kind.Expected, (settings, text) => kind.TryParse(text, out var value) ? set(settings, value) : null)
        {
            IsPerListener = isPerListener,
            IsSecret = kind.IsSecret,
            Default = defaultText,
            Description = description,
        };
}

/// <summary>A kind of value that several settings share.</summary>
/// <param name="Placeholder">One word for it in the help: <c>port</c>.</param>
/// <param name="Expected">What a wrong value is not: "a port (0 to 65535)".</param>
/// <param name="TryParse">The reader.</param>
/// <param name="Write">The way back; null where the platform's is the right one.</param>
internal sealed record SettingKind<T>(string Placeholder, string Expected, SettingParser<T> TryParse, Func<T, string>? Write = null)
{
    /// <summary>Whether a value must not stand in a message.</summary>
    public bool IsSecret { get; init; }

    /// <summary>A default as a person would write it.</summary>
    public string DefaultText(T? value) => Write is not null ? Write(value!) : value?.ToString() ?? string.Empty;
}

/// <summary>Reads one value as a person writes it; false when it is out of form or out of range.</summary>
internal delegate bool SettingParser<T>(string text, out T value);
