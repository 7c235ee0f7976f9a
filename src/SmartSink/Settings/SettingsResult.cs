namespace SmartSink.Settings;

/// <summary>What came of reading all sources.</summary>
/// <param name="Settings">The settings; null when there are errors.</param>
/// <param name="Errors">A line for each wrong value, naming its key and source.</param>
/// <param name="Warnings">A line for each thing that looks like a setting and is none.</param>
/// <param name="Files">What appsettings.json holds, for the libraries that have sections of their own in it.</param>
internal sealed record SettingsResult(SinkSettings? Settings, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, IConfiguration Files);
