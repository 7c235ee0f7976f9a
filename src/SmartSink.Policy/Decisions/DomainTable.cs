using System.Collections.Frozen;
using System.Text;
using SmartSink.Policy.Model;

namespace SmartSink.Policy.Decisions;

/// <summary>Finds the entry of a domain: the exact name, else the longest pattern (<c>*.example.com</c> matches its sub-domains, not itself).</summary>
internal sealed class DomainTable
{
    private readonly FrozenDictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _exact;
    private readonly FrozenDictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _patterns;
    private readonly bool _hasPatterns;

    public DomainTable(IReadOnlyList<DomainKey> keys)
    {
        _exact = Freeze(keys, isPattern: false);
        _patterns = Freeze(keys, isPattern: true);
        _hasPatterns = _patterns.Dictionary.Count > 0;
    }

    public DomainMatch Find(ReadOnlySpan<byte> domain)
    {
        var hash = ByteHash.Of(domain);
        return _exact.TryGetValue(domain, out var exact) ? new DomainMatch(exact, IsExact: true, hash) : new DomainMatch(FindPattern(domain), IsExact: false, hash);
    }

    /// <summary>A pattern names its own entry, if there is one, which need not be that of the domain behind its star.</summary>
    public DomainMatch Find(DomainKey key)
    {
        var name = Encoding.ASCII.GetBytes(key.Domain);
        var match = Find(name);
        return key.IsPattern && _patterns.TryGetValue(name, out var pattern) ? match with { Entry = pattern, IsExact = false } : match;
    }

    private int FindPattern(ReadOnlySpan<byte> domain)
    {
        for (var dot = domain.IndexOf((byte)'.'); dot >= 0 && _hasPatterns; dot = domain.IndexOf((byte)'.'))
        {
            // Going on to the right, the first match is the longest.
            domain = domain[(dot + 1)..];
            if (_patterns.TryGetValue(domain, out var entry))
            {
                return entry;
            }
        }

        return 0;
    }

    private static FrozenDictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> Freeze(IReadOnlyList<DomainKey> keys, bool isPattern) =>
        keys.Select((key, i) => (Key: key, Entry: i + 1))
            .Where(entry => entry.Key.IsPattern == isPattern)
            .ToFrozenDictionary(entry => Encoding.ASCII.GetBytes(entry.Key.Domain), entry => entry.Entry, ByteComparer.Instance)
            .GetAlternateLookup<ReadOnlySpan<byte>>();
}

/// <summary>The entry that holds for a domain.</summary>
internal readonly record struct DomainMatch(int Entry, bool IsExact, ulong Hash);

/// <summary>The suffixes that are cut off a domain before it is looked up.</summary>
internal sealed class SuffixList
{
    private readonly byte[][] _suffixes;

    public SuffixList(IEnumerable<string> suffixes) =>
        _suffixes = [.. suffixes.OrderByDescending(suffix => suffix.Length).Select(suffix => Encoding.ASCII.GetBytes("." + suffix))];

    /// <summary>The domain without the longest suffix that fits. A domain that is a suffix itself stays as it is: nothing would be left.</summary>
    public ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> domain)
    {
        foreach (var suffix in _suffixes)
        {
            if (domain.Length > suffix.Length && domain.EndsWith(suffix))
            {
                return domain[..^suffix.Length];
            }
        }

        return domain;
    }
}

/// <summary>
/// Compares octet strings. Its hash differs in every process, because clients choose the domains it is used for:
/// nobody can prepare names that collide.
/// </summary>
internal sealed class ByteComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly ByteComparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = default(HashCode);
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
