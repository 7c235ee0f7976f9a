namespace SmartSink.Configuration;

/// <summary>One of the places where settings come from.</summary>
/// <param name="NameOf">How a setting is called there, as a mistake's line names it: <c>SINK_PORT</c>, <c>--port</c>.</param>
/// <param name="ValueOf">The setting's text there; null when the source has none.</param>
internal sealed record SettingSource(Func<Setting, string> NameOf, Func<Setting, string?> ValueOf);
