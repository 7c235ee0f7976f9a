using System.Text;

namespace SmartSink.Policy.Matching;

/// <summary>The suffixes that are cut off a domain before it is looked up.</summary>
internal sealed class SuffixList
{
    private readonly byte[][] _suffixes;

    /// <summary>Freezes suffixes.</summary>
    /// <param name="suffixes">Normalised domains, without a dot in front.</param>
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
