using System.Collections;

namespace SmartSink.Toml;

/// <summary>An array: values in brackets, or the tables under headers in double brackets.</summary>
public sealed class TomlArray : TomlValue, IReadOnlyList<TomlValue>
{
    private TomlValue[] _values = [];

    internal TomlArray(TomlPosition position, bool isOfHeaders)
        : base(position) => IsOfHeaders = isOfHeaders;

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.Array;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Whether <c>[[header]]</c>s made the array, so that another may add to it.</summary>
    internal bool IsOfHeaders { get; }

    /// <inheritdoc/>
    public TomlValue this[int index] => _values.AsSpan(0, Count)[index];

    /// <inheritdoc/>
    public IEnumerator<TomlValue> GetEnumerator() => _values.Take(Count).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(TomlValue value)
    {
        if (Count == _values.Length)
        {
            // A document may hold a hundred thousand arrays of one table.
            Array.Resize(ref _values, Math.Max(1, Count * 2));
        }

        _values[Count++] = value;
    }
}
