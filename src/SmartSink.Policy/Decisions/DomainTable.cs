using System.Collections.Frozen;
using System.Numerics;
using System.Text;
using SmartSink.Policy.Model;

namespace SmartSink.Policy.Decisions;

/// <summary>
/// Finds the entry of a domain: the exact name, else the longest pattern. <c>*.example.com</c> matches its sub-domains, not itself;
/// <c>example.*</c> that name under any public suffix. How long a pattern is goes by what is no star; of two as long the first of these wins.
/// </summary>
internal sealed class DomainTable(IReadOnlyList<DomainKey> keys)
{
    private readonly NameTable _exact = new(keys, DomainKeyKind.Name);
    private readonly NameTable _subdomains = new(keys, DomainKeyKind.Subdomains);
    private readonly NameTable _suffixes = new(keys, DomainKeyKind.Suffixes);

    public DomainMatch Find(ReadOnlySpan<byte> domain)
    {
        var hash = ByteHash.Of(domain);
        var exact = _exact.Find(domain, hash);
        return new DomainMatch(exact > 0 ? exact : FindPattern(domain), exact > 0, hash);
    }

    /// <summary>A pattern names its own entry, if there is one, which need not be that of the domain beside its star.</summary>
    public DomainMatch Find(DomainKey key)
    {
        var name = Encoding.ASCII.GetBytes(key.Domain);
        var match = Find(name);
        var pattern = key.Kind switch
        {
            DomainKeyKind.Suffixes => _suffixes.Find(name),
            DomainKeyKind.Subdomains => _subdomains.Find(name),
            _ => 0,
        };
        return pattern > 0 ? match with { Entry = pattern, IsExact = false } : match;
    }

    private int FindPattern(ReadOnlySpan<byte> domain)
    {
        var found = 0;
        var rest = domain;
        for (var dot = rest.IndexOf((byte)'.'); dot >= 0 && !_subdomains.IsEmpty && found == 0; dot = rest.IndexOf((byte)'.'))
        {
            // Going on to the right, the first match is the longest.
            rest = rest[(dot + 1)..];
            found = _subdomains.Find(rest);
        }

        if (!_suffixes.IsEmpty && PublicSuffix.LengthOf(domain) is > 0 and var length && domain.Length > length + 1)
        {
            var name = domain[..^(length + 1)];
            return (found == 0 || name.Length > rest.Length) && _suffixes.Find(name) is > 0 and var entry ? entry : found;
        }

        return found;
    }
}

/// <summary>
/// The entries of all names of one kind. A look-up among a hundred thousand waits for memory, so it reads one place of one array, found by the hash that
/// draws ask for anyway, and there only the name. Clients can choose what is looked up, but not what is found on the way.
/// </summary>
internal sealed class NameTable
{
    private readonly Slot[] _slots;
    private readonly byte[] _names;

    /// <summary>Fills it with the keys of a kind, whose entries are their places among all keys, counted from 1.</summary>
    public NameTable(IReadOnlyList<DomainKey> keys, DomainKeyKind kind)
    {
        var names = keys.Select((key, i) => (Name: Encoding.ASCII.GetBytes(key.Domain), Entry: i + 1)).Where(name => keys[name.Entry - 1].Kind == kind).ToList();
        IsEmpty = names.Count == 0;
        _names = new byte[names.Sum(name => name.Name.Length)];
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)names.Count * 2 + 1)];
        var start = 0;
        foreach (var (name, entry) in names)
        {
            var hash = ByteHash.Of(name);
            var place = PlaceOf(hash);
            while (_slots[place].Entry > 0)
            {
                place = PlaceOf((ulong)place + 1);
            }

            _slots[place] = new Slot((uint)(hash >> 32), entry, start, name.Length);
            name.CopyTo(_names, start);
            start += name.Length;
        }
    }

    public bool IsEmpty { get; }

    /// <summary>The entry of a name; 0 when it has none.</summary>
    public int Find(ReadOnlySpan<byte> name) => Find(name, ByteHash.Of(name));

    /// <summary>The same, by its <see cref="ByteHash"/>.</summary>
    public int Find(ReadOnlySpan<byte> name, ulong hash)
    {
        for (var place = PlaceOf(hash); _slots[place].Entry > 0; place = PlaceOf((ulong)place + 1))
        {
            ref readonly var slot = ref _slots[place];
            if (slot.HighHash == (uint)(hash >> 32) && _names.AsSpan(slot.Start, slot.Length).SequenceEqual(name))
            {
                return slot.Entry;
            }
        }

        return 0;
    }

    private int PlaceOf(ulong hash) => (int)(hash & (ulong)(_slots.Length - 1));

    private readonly record struct Slot(uint HighHash, int Entry, int Start, int Length);
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
