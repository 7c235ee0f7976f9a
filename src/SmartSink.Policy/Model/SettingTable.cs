using System.Diagnostics.CodeAnalysis;

namespace SmartSink.Policy.Model;

/// <summary>What a table says, by key; what a table in it says, by both names with a dot between them, such as <c>limits.rate</c>.</summary>
internal sealed class SettingTable
{
    /// <summary>The key that says whether all limits hold or those of the main file alone.</summary>
    public const string Mode = "behaviour";

    public const string Provider = "provider";

    /// <summary>The value of a key that has been reported as wrong: it is there, but of no type.</summary>
    public static readonly object Wrong = new();

    // In the order of the file.
    private readonly OrderedDictionary<string, Setting<object>> _settings = new(StringComparer.Ordinal);

    public IReadOnlyCollection<KeyValuePair<string, Setting<object>>> All => _settings;

    public Setting<object>? this[string path]
    {
        get => _settings.TryGetValue(path, out var setting) ? setting : null;
        set => _settings[path] = value!.Value;
    }

    /// <summary>A value of the type that its key has.</summary>
    public bool TryGet<T>(string path, [MaybeNullWhen(false)] out T value)
    {
        var isThere = _settings.TryGetValue(path, out var setting) && setting.Value is T;
        value = isThere ? (T)setting.Value : default;
        return isThere;
    }

    public T? Number<T>(string path)
        where T : struct => TryGet<T>(path, out var value) ? value : null;

    public T Get<T>(string path, T otherwise) => TryGet<T>(path, out var value) ? value : otherwise;

    /// <summary>Whether it says something of a table in it.</summary>
    public bool Gives(string table) => FirstOf(table) is not null;

    /// <summary>The first key of a table in it.</summary>
    public Place? FirstOf(string table)
    {
        foreach (var (path, setting) in _settings)
        {
            if (path.Length > table.Length && path[table.Length] == '.' && path.StartsWith(table, StringComparison.Ordinal))
            {
                return setting.Place;
            }
        }

        return null;
    }
}
