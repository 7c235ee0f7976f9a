using SmartSink.TrafficGen.Reporting;
using SmartSink.TrafficGen.Reporting.Documents;

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
        var domains = sent.Where(pair => pair.Value.Total > 0).ToLookup(pair => finder.Find(pair.Key), StringComparer.Ordinal);
        var labels = domains.Select(same => same.Key).Union(counted.Labels.Where(label => counted[label].Total > 0), StringComparer.Ordinal);
        return
        [
            .. labels.Select(label => Group(label, [.. domains[label]], counted[label], relayed))
                .OrderByDescending(group => group.Sent.Accepted + group.Sent.Tempfail + group.Sent.Permfail)
                .ThenBy(group => group.Label, StringComparer.Ordinal),
        ];
    }

    /// <summary>The recipients of a group that the target accepted and the sink neither took nor refused for good; below 0 when the sink has got more.</summary>
    public static long Missing(VerifyGroup group) => group.Sent.Accepted - group.Sink.Accepted - group.Sink.Permfail;

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
        return relayed ? group with { Agrees = domains.Count == 0 || Missing(group) == 0 } : group;
    }
}
