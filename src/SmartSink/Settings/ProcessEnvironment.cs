using System.Collections;

namespace SmartSink.Settings;

/// <summary>The environment variables of this process.</summary>
internal static class ProcessEnvironment
{
    /// <summary>A copy of all of them.</summary>
    public static IReadOnlyDictionary<string, string> Read()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? string.Empty;
        }

        return variables;
    }
}
