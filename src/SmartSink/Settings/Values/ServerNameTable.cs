using System.Diagnostics.CodeAnalysis;

namespace SmartSink.Settings.Values;

/// <summary>
/// What belongs to names of servers as clients ask for them (RFC 6066 section 3), without case. The very name goes before a wildcard,
/// whose <c>*</c> stands for one label (RFC 6125 section 6.4.3).
/// </summary>
internal sealed class ServerNameTable<T>
    where T : class
{
    private const string Wildcard = "*";

    private readonly Dictionary<string, T> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names, wildcards among them.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>Adds a name; false when it is there already.</summary>
    public bool TryAdd(string name, T value) => _values.TryAdd(name, value);

    /// <summary>What was added under a name itself; wildcards are not applied.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out T? value) => _values.TryGetValue(name, out value);

    /// <summary>What belongs to a name that a client asks for; null when nothing does, as to the empty name.</summary>
    public T? Find(string name)
    {
        if (_values.Count == 0)
        {
            return null;
        }

        if (_values.TryGetValue(name, out var exact))
        {
            return exact;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 ? _values.GetValueOrDefault(string.Concat(Wildcard, name.AsSpan(dot))) : null;
    }
}
