namespace SmartSink.Policy.Matching;

/// <summary>Finds the entry of a domain: the exact name, else the longest pattern (<c>*.example.com</c> matches its sub-domains, not itself).</summary>
internal sealed class DomainTable
{
    private readonly OctetTable _exact;
    private readonly OctetTable _patterns;

    /// <summary>Freezes the names of entries.</summary>
    /// <param name="names">Normalised; the first is entry 1.</param>
    public DomainTable(IEnumerable<DomainKey> names)
    {
        var numbered = names.Select((key, index) => (Key: key, Entry: index + 1)).ToList();
        _exact = new OctetTable([.. numbered.Where(item => !item.Key.IsPattern).Select(item => (item.Key.Domain, item.Entry))]);
        _patterns = new OctetTable([.. numbered.Where(item => item.Key.IsPattern).Select(item => (item.Key.Domain, item.Entry))]);
    }

    /// <summary>Looks a domain up.</summary>
    /// <param name="domain">Lower case, A-labels; may be empty or an address literal.</param>
    public DomainMatch Find(ReadOnlySpan<byte> domain)
    {
        var hash = OctetHash.Empty;
        var pattern = 0;
        var end = domain.Length;
        while (true)
        {
            var dot = domain[..end].LastIndexOf((byte)'.');
            hash = OctetHash.AddLabel(hash, domain[(dot + 1)..end]);
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
