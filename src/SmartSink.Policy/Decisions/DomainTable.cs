using System.Collections.Frozen;
using System.Text;
using SmartSink.Policy.Model;

namespace SmartSink.Policy.Decisions;

/// <summary>
/// Finds the entry of a domain: the exact name, else the longest pattern. <c>*.example.com</c> matches its sub-domains, not itself;
/// <c>example.*</c> that name under any public suffix. How long a pattern is goes by what is no star; of two as long the first of these wins.
/// </summary>
internal sealed class DomainTable
{
    private readonly FrozenDictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _exact;
    private readonly FrozenDictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _subdomains;
    private readonly FrozenDictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _suffixes;
    private readonly bool _hasSubdomains;
    private readonly bool _hasSuffixes;

    public DomainTable(IReadOnlyList<DomainKey> keys)
    {
        _exact = Freeze(keys, DomainKeyKind.Name);
        _subdomains = Freeze(keys, DomainKeyKind.Subdomains);
        _suffixes = Freeze(keys, DomainKeyKind.Suffixes);
        _hasSubdomains = _subdomains.Dictionary.Count > 0;
        _hasSuffixes = _suffixes.Dictionary.Count > 0;
    }

    public DomainMatch Find(ReadOnlySpan<byte> domain)
    {
        var hash = ByteHash.Of(domain);
        return _exact.TryGetValue(domain, out var exact) ? new DomainMatch(exact, IsExact: true, hash) : new DomainMatch(FindPattern(domain), IsExact: false, hash);
    }

    /// <summary>A pattern names its own entry, if there is one, which need not be that of the domain beside its star.</summary>
    public DomainMatch Find(DomainKey key)
    {
        var name = Encoding.ASCII.GetBytes(key.Domain);
        var match = Find(name);
        var patterns = key.Kind == DomainKeyKind.Suffixes ? _suffixes : _subdomains;
        return key.IsPattern && patterns.TryGetValue(name, out var pattern) ? match with { Entry = pattern, IsExact = false } : match;
    }

    private int FindPattern(ReadOnlySpan<byte> domain)
    {
        var found = 0;
        var rest = domain;
        for (var dot = rest.IndexOf((byte)'.'); dot >= 0 && _hasSubdomains && found == 0; dot = rest.IndexOf((byte)'.'))
        {
            // Going on to the right, the first match is the longest.
            rest = rest[(dot + 1)..];
            found = _subdomains.TryGetValue(rest, out var entry) ? entry : 0;
        }

        if (_hasSuffixes && PublicSuffix.LengthOf(domain) is > 0 and var length && domain.Length > length + 1)
        {
            var name = domain[..^(length + 1)];
            return (found == 0 || name.Length > rest.Length) && _suffixes.TryGetValue(name, out var entry) ? entry : found;
        }

        return found;
    }

    private static FrozenDictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> Freeze(IReadOnlyList<DomainKey> keys, DomainKeyKind kind) =>
        keys.Select((key, i) => (Key: key, Entry: i + 1))
            .Where(entry => entry.Key.Kind == kind)
            .ToFrozenDictionary(entry => Encoding.ASCII.GetBytes(entry.Key.Domain), entry => entry.Entry, ByteComparer.Instance)
            .GetAlternateLookup<ReadOnlySpan<byte>>();
}

/// <summary>The entry that holds for a domain.</summary>
internal readonly record struct DomainMatch(int Entry, bool IsExact, ulong Hash);

/// <summary>The suffixes that are cut off a domain before it is looked up.</summary>
internal sealed class SuffixList
{
    private readonly FrozenSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _suffixes;
    private readonly int[] _lengths;

    public SuffixList(IEnumerable<string> suffixes)
    {
        var dotted = suffixes.Select(suffix => Encoding.ASCII.GetBytes("." + suffix)).ToFrozenSet(ByteComparer.Instance);
        _suffixes = dotted.GetAlternateLookup<ReadOnlySpan<byte>>();
        _lengths = [.. dotted.Select(suffix => suffix.Length).Distinct().OrderDescending()];
    }

    /// <summary>The domain without the longest suffix that fits. A domain that is a suffix itself stays as it is: nothing would be left.</summary>
    public ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> domain)
    {
        foreach (var length in _lengths)
        {
            if (domain.Length > length && domain[^length] == '.' && _suffixes.Contains(domain[^length..]))
            {
                return domain[..^length];
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
