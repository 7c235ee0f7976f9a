using System.Collections;

namespace SmartSink.Toml;

/// <summary>An array: values in brackets, or the tables under headers in double brackets.</summary>
public sealed class TomlArray : TomlValue, IReadOnlyList<TomlValue>
{
    private readonly List<TomlValue> _values = [];

    internal TomlArray(TomlPosition position, bool isOfHeaders)
        : base(position) => IsOfHeaders = isOfHeaders;

    /// <inheritdoc/>
    public override TomlKind Kind => TomlKind.Array;

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <summary>Whether <c>[[header]]</c>s made the array, so that another may add to it.</summary>
    internal bool IsOfHeaders { get; }

    /// <inheritdoc/>
    public TomlValue this[int index] => _values[index];

    /// <inheritdoc/>
    public IEnumerator<TomlValue> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(TomlValue value) => _values.Add(value);
}
