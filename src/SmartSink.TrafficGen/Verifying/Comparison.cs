using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Verifying;

/// <summary>Compares what recipients were answered with what the sink counted, label by label.</summary>
internal static class Comparison
{
    /// <summary>One group for each label under which the run's recipients or anything else was counted, the largest first.</summary>
    /// <param name="sent">Recipients by domain, without the suffix.</param>
    /// <param name="counted">What the sink counted during the run.</param>
    /// <param name="suffix">The generator's domain suffix, empty for none.</param>
    /// <param name="relayed">Whether an MTA stands between.</param>
    public static IReadOnlyList<VerifyGroup> Compare(
        IReadOnlyDictionary<string, RecipientCounts> sent, SinkCounts counted, string suffix, bool relayed)
    {
        var finder = new LabelFinder(counted, suffix);
        if (counted.HasFolded)
        {
            counted = counted.Fold(sent.Keys.SelectMany(finder.FindDoubtful));
            finder = new LabelFinder(counted, suffix);
        }

        var domains = sent.Where(pair => pair.Value.Total > 0).ToLookup(pair => finder.Find(pair.Key), StringComparer.Ordinal);
        var labels = domains.Select(same => same.Key).Union(counted.Labels.Where(label => counted[label].Total > 0), StringComparer.Ordinal);
        return
        [
            .. labels.Select(label => Group(label, [.. domains[label]], counted[label], relayed))
                .OrderByDescending(group => group.Sent.Accepted + group.Sent.Tempfail + group.Sent.Permfail)
                .ThenBy(group => group.Label, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// The recipients of a group that were answered here and that the sinks have not counted so; behind an MTA those that it accepted and the
    /// sinks neither took nor refused for good.
    /// </summary>
    public static long Missing(VerifyGroup group, bool relayed) => Differences(group, relayed).Sum(difference => Math.Max(difference, 0));

    /// <summary>The recipients of a group that the sinks have counted beyond those.</summary>
    public static long Extra(VerifyGroup group, bool relayed) => Differences(group, relayed).Sum(difference => Math.Max(-difference, 0));

    private static long[] Differences(VerifyGroup group, bool relayed)
    {
        var (sent, sink) = (group.Sent, group.Sink);
        return relayed
            ? [sent.Accepted - sink.Accepted - sink.Permfail]
            : [sent.Accepted - sink.Accepted, sent.Tempfail - sink.Tempfail, sent.Permfail - sink.Permfail];
    }

    private static VerifyGroup Group(string label, IReadOnlyCollection<KeyValuePair<string, RecipientCounts>> domains, RecipientCounts counted, bool relayed)
    {
        var sum = domains.Aggregate(default(RecipientCounts), (sum, pair) => sum + pair.Value);
        var group = new VerifyGroup(
            label,
            [.. domains.Select(pair => pair.Key).Order(StringComparer.Ordinal)],
            OutcomeTotals.Of(sum),
            OutcomeTotals.Of(counted),
            sum == counted);

        // What an MTA sends on its own account, bounces above all, is not of the run.
        return relayed ? group with { Agrees = domains.Count == 0 || Missing(group, relayed) + Extra(group, relayed) == 0 } : group;
    }
}

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
        var candidates = NamesOf(domain).SelectMany(name => Patterns(name).Prepend(LabelOf(name))).Where(counts.Labels.Contains).ToList();

        // A label that stood still is one of an earlier policy, or of other traffic: one that moved is the likelier.
        return candidates.Find(HasMoved) ?? (suffix.Length > 0 && HasMoved(Other) ? Other : candidates.FirstOrDefault() ?? Other);
    }

    /// <summary>
    /// The patterns under which a domain may count where names count as <see cref="Other"/> for want of labels: its own may be one of these. None for
    /// a domain that has a label.
    /// </summary>
    public IEnumerable<string> FindDoubtful(string domain) =>
        NamesOf(domain).Any(name => counts.Labels.Contains(LabelOf(name))) ? [] : NamesOf(domain).SelectMany(Patterns).Where(counts.Labels.Contains);

    private IEnumerable<string> NamesOf(string domain) =>
        (suffix.Length > 0 ? new[] { $"{domain}.{suffix}", domain } : [domain]).Select(name => name.ToLowerInvariant());

    private static string LabelOf(string name) => name == Other ? Other + "." : name;

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
