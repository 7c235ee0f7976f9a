using System.Text;

namespace SmartSink.Policy.Matching;

/// <summary>The names of all entries, side by side in one array, as they stand in metrics: patterns with their star.</summary>
internal sealed class EntryNames
{
    private readonly int[] _ends;

    /// <summary>Freezes names.</summary>
    /// <param name="keys">ASCII; the first is entry 1.</param>
    public EntryNames(IReadOnlyCollection<DomainKey> keys)
    {
        _ends = new int[keys.Count + 1];
        Bytes = new byte[keys.Sum(key => key.Domain.Length + (key.IsPattern ? DomainKey.PatternStart.Length : 0))];
        var entry = 0;
        var end = 0;
        foreach (var key in keys)
        {
            end += key.IsPattern ? Encoding.ASCII.GetBytes(DomainKey.PatternStart, Bytes.AsSpan(end)) : 0;
            end += Encoding.ASCII.GetBytes(key.Domain, Bytes.AsSpan(end));
            _ends[++entry] = end;
        }
    }

    /// <summary>The octets of all names.</summary>
    public byte[] Bytes { get; }

    /// <summary>The number of names.</summary>
    public int Count => _ends.Length - 1;

    /// <summary>The name of an entry.</summary>
    /// <param name="entry">From 1.</param>
    public string this[int entry] => Encoding.ASCII.GetString(Bytes, _ends[entry - 1], _ends[entry] - _ends[entry - 1]);

    /// <summary>Whether an entry is a pattern.</summary>
    /// <param name="entry">From 1.</param>
    public bool IsPattern(int entry) => Bytes[_ends[entry - 1]] == '*';

    /// <summary>Where an entry's domain stands; of a pattern what is behind <c>*.</c>.</summary>
    /// <param name="entry">From 1.</param>
    public Range Domain(int entry) => (_ends[entry - 1] + (IsPattern(entry) ? DomainKey.PatternStart.Length : 0)).._ends[entry];
}
