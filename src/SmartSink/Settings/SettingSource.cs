namespace SmartSink.Settings;

/// <summary>One of the places where settings come from.</summary>
/// <param name="NameOf">How a setting is called there, as a mistake's line names it: <c>SINK_PORT</c>, <c>--port</c>.</param>
/// <param name="ValueOf">The setting's text there; null when the source has none.</param>
internal sealed record SettingSource(Func<Setting, string> NameOf, Func<Setting, string?> ValueOf)
{
    /// <summary>Environment variables; an empty one counts as not set.</summary>
    public static SettingSource Environment(IReadOnlyDictionary<string, string> variables, Func<Setting, string> nameOf) =>
        new(nameOf, setting => variables.GetValueOrDefault(nameOf(setting)) is { Length: > 0 } text ? text : null);
}
