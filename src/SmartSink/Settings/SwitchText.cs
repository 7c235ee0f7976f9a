namespace SmartSink.Settings;

/// <summary>On and off in the words people use for them.</summary>
internal static class SwitchText
{
    /// <summary>Reads on, true, yes, 1 or off, false, no, 0, without case.</summary>
    public static bool TryParse(string text, out bool value)
    {
        value = text.ToUpperInvariant() is "ON" or "TRUE" or "YES" or "1";
        return value || text.ToUpperInvariant() is "OFF" or "FALSE" or "NO" or "0";
    }
}
