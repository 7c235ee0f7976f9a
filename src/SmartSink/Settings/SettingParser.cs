namespace SmartSink.Settings;

/// <summary>Reads one value as a person writes it; false when it is out of form or out of range.</summary>
internal delegate bool SettingParser<T>(string text, out T value);
