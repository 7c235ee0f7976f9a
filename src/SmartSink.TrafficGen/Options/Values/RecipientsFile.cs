using SmartSink.Smtp.Addresses;

namespace SmartSink.TrafficGen.Options.Values;

/// <summary>A file with an address a line; empty lines are passed over.</summary>
internal static class RecipientsFile
{
    /// <summary>The domains of its addresses, each once, in the order in which they first stand there.</summary>
    /// <exception cref="FormatException">A line is no address, or there is none.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<WeightedDomain> ReadDomains(string file)
    {
        var domains = new OrderedDictionary<string, WeightedDomain>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            var address = line.AsSpan().Trim();
            if (address.IsEmpty)
            {
                continue;
            }

            var at = address.LastIndexOf('@');
            if (at < 1 || !DomainName.TryNormalize(address[(at + 1)..].ToString(), out var domain))
            {
                throw new FormatException($"{file}({number}): \"{address}\" is not an address");
            }

            domains.TryAdd(domain, new WeightedDomain(domain, 1));
        }

        return domains.Count > 0 ? [.. domains.Values] : throw new FormatException($"{file} holds no address");
    }
}
