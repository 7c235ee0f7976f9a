namespace SmartSink.TrafficGen.Verifying;

/// <summary>
/// Finds under which label a sink counts a domain. A sink names the entry of its policy that holds for the domain: the domain itself, a
/// pattern (<c>*.example.com</c>), or <c>other</c> when no entry does; and it may cut the generator's suffix off before it looks.
/// </summary>
/// <param name="counts">What the sink counted during the run.</param>
/// <param name="suffix">The generator's domain suffix, empty for none.</param>
internal sealed class LabelFinder(SinkCounts counts, string suffix)
{
    /// <summary>The label of all domains that the policy does not name.</summary>
    public const string Other = "other";

    /// <summary>The label of a domain.</summary>
    /// <param name="domain">As it was given, without the suffix.</param>
    public string Find(string domain)
    {
        var names = suffix.Length > 0 ? new[] { $"{domain}.{suffix}", domain } : [domain];
        var candidates = names.Select(name => name.ToLowerInvariant())
            .SelectMany(name => Patterns(name).Prepend(name == Other ? Other + "." : name))
            .Where(counts.Labels.Contains)
            .ToList();

        // A label that stood still is one of an earlier policy, or of other traffic: one that moved is the likelier.
        return candidates.Find(HasMoved) ?? (suffix.Length > 0 && HasMoved(Other) ? Other : candidates.FirstOrDefault() ?? Other);
    }

    private bool HasMoved(string label) => counts[label].Total > 0;

    /// <summary>The patterns that match, the longest first.</summary>
    private static IEnumerable<string> Patterns(string name)
    {
        for (var dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.', dot + 1))
        {
            yield return "*" + name[dot..];
        }
    }
}
