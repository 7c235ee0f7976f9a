using System.Globalization;
using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Verifying;

/// <summary>What a sink has counted since it started: recipients by the label of their domain.</summary>
internal sealed class SinkCounts
{
    private const string Metric = "smartsink_recipients_total";
    private const string FoldedMetric = "smartsink_domains_folded";
    private const string StartMetric = "process_start_time_seconds";
    private const string RestartOrReplica = "the sink was restarted, or another replica answers at this address";
    private readonly Dictionary<string, RecipientCounts> _byLabel = new(StringComparer.Ordinal);

    private SinkCounts()
    {
    }

    /// <summary>When the process that counts started, in Unix seconds; null when it does not say.</summary>
    public double? Started { get; private init; }

    /// <summary>Whether the policy has more names than the sink has labels: those without one count as <see cref="LabelFinder.Other"/>.</summary>
    public bool HasFolded { get; private init; }

    /// <summary>The labels under which anything was ever counted.</summary>
    public IReadOnlyCollection<string> Labels => _byLabel.Keys;

    /// <summary>What was counted under a label; nothing under one that is not there.</summary>
    public RecipientCounts this[string label] => _byLabel.GetValueOrDefault(label);

    /// <summary>What was counted under all labels.</summary>
    public RecipientCounts Total => _byLabel.Values.Aggregate(default(RecipientCounts), (sum, counts) => sum + counts);

    /// <summary>Reads the sink's metrics; stages are summed.</summary>
    /// <exception cref="FormatException">A sample is broken or has not the labels that it must have.</exception>
    public static SinkCounts Read(string metrics)
    {
        var counts = new SinkCounts
        {
            Started = MetricsText.Read(metrics, StartMetric) is [var start] ? start.Value : null,
            HasFolded = MetricsText.Read(metrics, FoldedMetric) is [{ Value: > 0 }],
        };
        foreach (var sample in MetricsText.Read(metrics, Metric))
        {
            var label = sample.Labels.GetValueOrDefault("domain") ?? throw new FormatException($"{Metric} without the label domain");
            counts._byLabel[label] = counts[label] + Count(sample);
        }

        return counts;
    }

    /// <summary>What several sinks have counted together.</summary>
    public static SinkCounts Sum(IReadOnlyCollection<SinkCounts> sinks)
    {
        var sum = new SinkCounts { HasFolded = sinks.Any(sink => sink.HasFolded) };
        foreach (var (label, counts) in sinks.SelectMany(sink => sink._byLabel))
        {
            sum._byLabel[label] = sum[label] + counts;
        }

        // What one sink shows by name, another may have counted as other.
        return sum.Fold(sum.Labels.Where(label => sinks.Any(sink => sink.HasFolded && !sink.Labels.Contains(label))));
    }

    /// <summary>The same counts without some labels, whose counts stand under <see cref="LabelFinder.Other"/>.</summary>
    public SinkCounts Fold(IEnumerable<string> labels)
    {
        var folded = labels.ToHashSet(StringComparer.Ordinal);
        var counts = new SinkCounts { Started = Started, HasFolded = HasFolded };
        foreach (var (label, count) in _byLabel)
        {
            var name = folded.Contains(label) ? LabelFinder.Other : label;
            counts._byLabel[name] = counts[name] + count;
        }

        return counts;
    }

    /// <summary>What was counted since <paramref name="before"/>.</summary>
    /// <exception cref="FormatException">They are not counters of the same process: it started at another time, or one stands lower than before.</exception>
    public SinkCounts Since(SinkCounts before)
    {
        if (!Nullable.Equals(Started, before.Started))
        {
            throw OtherProcess(before.Started, Started);
        }

        var counts = new SinkCounts { Started = Started, HasFolded = HasFolded };
        foreach (var label in _byLabel.Keys.Union(before._byLabel.Keys))
        {
            var difference = this[label] - before[label];
            counts._byLabel[label] = difference is { Accepted: >= 0, TempFailed: >= 0, PermFailed: >= 0 }
                ? difference
                : throw OtherProcess(label, before[label], this[label]);
        }

        return counts;
    }

    // A restart makes a process younger; who is older was there before, as replicas behind one address are.
    private static FormatException OtherProcess(double? before, double? after) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"the counters belong to a different process than before the run ({StartMetric} was {Text(before)} and is {Text(after)}): {(after < before ? "another replica answers at this address" : RestartOrReplica)}"));

    private static FormatException OtherProcess(string label, RecipientCounts before, RecipientCounts after) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"the counters belong to a different process than before the run ({Metric} of {label} was {before.Total} and is {after.Total}): {RestartOrReplica}"));

    private static string Text(double? seconds) => seconds?.ToString("0.###", CultureInfo.InvariantCulture) ?? "absent";

    private static RecipientCounts Count(MetricsSample sample) => (sample.Labels.GetValueOrDefault("outcome"), (long)sample.Value) switch
    {
        ("accepted", var count) => new RecipientCounts(count, 0, 0),
        ("tempfail", var count) => new RecipientCounts(0, count, 0),
        ("permfail", var count) => new RecipientCounts(0, 0, count),
        var (outcome, _) => throw new FormatException($"{Metric} with the unknown outcome \"{outcome}\""),
    };
}
