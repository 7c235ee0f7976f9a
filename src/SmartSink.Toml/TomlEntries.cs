using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace SmartSink.Toml;

/// <summary>The keys and values of a table, in the order in which the document first names the keys. A view: going through it allocates nothing.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "It is what Entries gives.")]
[SuppressMessage("Performance", "CA1815", Justification = "Nobody compares two.")]
public readonly struct TomlEntries : IReadOnlyList<TomlEntry>
{
    private readonly TomlEntry[]? _entries;

    internal TomlEntries(TomlEntry[] entries, int count)
    {
        _entries = entries;
        Count = count;
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public TomlEntry this[int index] => Segment[index];

    // The default value is a view of nothing.
    private ArraySegment<TomlEntry> Segment => _entries is null ? ArraySegment<TomlEntry>.Empty : new ArraySegment<TomlEntry>(_entries, 0, Count);

    /// <summary>Goes through the entries.</summary>
    public ArraySegment<TomlEntry>.Enumerator GetEnumerator() => Segment.GetEnumerator();

    IEnumerator<TomlEntry> IEnumerable<TomlEntry>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
