namespace SmartSink.Settings;

/// <summary>A kind of value that several settings share.</summary>
/// <param name="Placeholder">One word for it in the help: <c>port</c>.</param>
/// <param name="Expected">What a wrong value is not: "a port (0 to 65535)".</param>
/// <param name="TryParse">The reader.</param>
internal sealed record SettingKind<T>(string Placeholder, string Expected, SettingParser<T> TryParse);
