namespace SmartSink.Policy.Matching;

/// <summary>Finds the entry of a domain: the exact name, else the longest pattern (<c>*.example.com</c> matches its sub-domains, not itself).</summary>
internal sealed class DomainTable
{
    private readonly ByteTable _exact;
    private readonly ByteTable _patterns;

    /// <summary>Freezes the names of entries.</summary>
    /// <param name="names">Distinct.</param>
    public DomainTable(EntryNames names)
    {
        var patterns = Enumerable.Range(1, names.Count).Count(names.IsPattern);
        _exact = new ByteTable(names.Bytes, names.Count - patterns);
        _patterns = new ByteTable(names.Bytes, patterns);
        for (var entry = 1; entry <= names.Count; entry++)
        {
            (names.IsPattern(entry) ? _patterns : _exact).Add(names.Domain(entry), entry);
        }
    }

    /// <summary>Looks a domain up.</summary>
    /// <param name="domain">Lower case, A-labels; may be empty or an address literal.</param>
    public DomainMatch Find(ReadOnlySpan<byte> domain)
    {
        var hash = ByteHash.Empty;
        var pattern = 0;
        var end = domain.Length;
        while (true)
        {
            var dot = domain[..end].LastIndexOf((byte)'.');
            hash = ByteHash.AddLabel(hash, domain[(dot + 1)..end]);
            if (dot < 0)
            {
                break;
            }

            if (!_patterns.IsEmpty && _patterns.Find(domain[(dot + 1)..], hash) is var found and not 0)
            {
                // Going on to the left, a later match is a longer one.
                pattern = found;
            }

            end = dot;
        }

        var exact = _exact.Find(domain, hash);
        return new DomainMatch(exact != 0 ? exact : pattern, exact != 0, hash);
    }
}
