using System.Diagnostics.CodeAnalysis;

namespace SmartSink.Policy.Toml;

/// <summary>A file of TOML 1.1 as read: its values, in tables that are merged from all their headers and dotted keys, and its mistakes.</summary>
/// <param name="Root">The top-level table. When there are errors it holds what was readable beside them.</param>
/// <param name="Errors">In no particular order.</param>
internal sealed record TomlDocument(TomlTable Root, IReadOnlyList<TomlError> Errors);

internal readonly record struct TomlError(TomlPosition Position, string Message);

internal readonly record struct TomlPosition(int Line, int Column);

/// <summary>One key of a table with its value.</summary>
/// <param name="Key">One part of it if it was dotted, without quotes and with escapes resolved.</param>
/// <param name="KeyPosition">Where the key is first written.</param>
/// <param name="Value">The value.</param>
internal readonly record struct TomlEntry(string Key, TomlPosition KeyPosition, TomlValue Value);

internal abstract class TomlValue(TomlPosition position)
{
    public TomlPosition Position { get; protected set; } = position;
}

/// <summary>A string, long, double, bool or <see cref="Tomlyn.TomlDateTime"/>.</summary>
internal sealed class TomlScalar<T>(TomlPosition position, T value) : TomlValue(position)
{
    public T Value { get; } = value;
}

/// <summary>An array: values in brackets, or the tables under headers in double brackets.</summary>
internal sealed class TomlArray(TomlPosition position, bool isOfHeaders) : TomlValue(position)
{
    public bool IsOfHeaders { get; } = isOfHeaders;

    // A document may hold a hundred thousand arrays of one table.
    public List<TomlValue> Items { get; } = new(1);
}

/// <summary>What brought a table into being, and so what may still be added to it.</summary>
internal enum TableOrigin : byte
{
    Implicit,

    Header,

    DottedKey,

    Inline,
}

internal sealed class TomlTable(TomlPosition position, TableOrigin origin) : TomlValue(position)
{
    // A document may hold a hundred thousand tables of two keys: only a table with many keys pays for an index.
    private const int LargestWithoutIndex = 8;

    private readonly List<TomlEntry> _entries = new(2);
    private Dictionary<string, int>? _index;

    public IReadOnlyList<TomlEntry> Entries => _entries;

    public TableOrigin Origin { get; private set; } = origin;

    public bool TryGetValue(string key, [NotNullWhen(true)] out TomlValue? value)
    {
        var found = _index is not null ? _index.GetValueOrDefault(key, -1) : _entries.FindIndex(entry => entry.Key == key);
        value = found < 0 ? null : _entries[found].Value;
        return found >= 0;
    }

    public void Add(string key, TomlPosition keyPosition, TomlValue value)
    {
        _entries.Add(new TomlEntry(key, keyPosition, value));
        if (_index is not null)
        {
            _index.Add(key, _entries.Count - 1);
        }
        else if (_entries.Count > LargestWithoutIndex)
        {
            _index = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < _entries.Count; i++)
            {
                _index.Add(_entries[i].Key, i);
            }
        }
    }

    public void Define(TableOrigin origin, TomlPosition position)
    {
        Origin = origin;
        Position = position;
    }
}
