using System.Diagnostics.CodeAnalysis;

using SmartSink.Toml.Reading;

namespace SmartSink.Toml;

/// <summary>A table: keys in the order of the document, each once. Keys compare octet by octet, as TOML wants.</summary>
public sealed class TomlTable : TomlValue
{
    // A document may hold a hundred thousand tables of two keys: only a table with many keys pays for an index.
    private const int LargestWithoutIndex = 8;

    private const int FirstCapacity = 2;

    private TomlEntry[] _entries = [];
    private Dictionary<string, int>? _index;

    internal TomlTable(TomlPosition position, TableOrigin origin)
        : base(position) => Origin = origin;

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.Table;

    /// <summary>The keys and values in the order in which the document first names the keys.</summary>
    public TomlEntries Entries => new(_entries, Count);

    /// <summary>The number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>What brought the table into being, and so what may still be added to it.</summary>
    internal TableOrigin Origin { get; private set; }

    /// <summary>Finds the value of a key.</summary>
    /// <param name="key">One key, not a dotted path.</param>
    /// <param name="value">The value, if there is one.</param>
    /// <returns>Whether the table has the key.</returns>
    public bool TryGetValue(string key, [NotNullWhen(true)] out TomlValue? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        var found = Find(key);
        value = found < 0 ? null : _entries[found].Value;
        return found >= 0;
    }

    /// <summary>Adds a key that the table does not have yet.</summary>
    internal void Add(string key, TomlPosition keyPosition, TomlValue value)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(FirstCapacity, Count * 2));
        }

        _entries[Count++] = new TomlEntry(key, keyPosition, value);
        if (_index is not null)
        {
            _index.Add(key, Count - 1);
        }
        else if (Count > LargestWithoutIndex)
        {
            _index = new Dictionary<string, int>(Count * 2, StringComparer.Ordinal);
            for (var i = 0; i < Count; i++)
            {
                _index.Add(_entries[i].Key, i);
            }
        }
    }

    /// <summary>Gives a table that so far was only named on the way to another one its own definition.</summary>
    internal void Define(TableOrigin origin, TomlPosition position)
    {
        Origin = origin;
        Position = position;
    }

    private int Find(string key)
    {
        if (_index is not null)
        {
            return _index.TryGetValue(key, out var at) ? at : -1;
        }

        for (var i = 0; i < Count; i++)
        {
            if (_entries[i].Key == key)
            {
                return i;
            }
        }

        return -1;
    }
}
