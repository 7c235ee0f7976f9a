using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Verifying;

/// <summary>What a sink has counted since it started: recipients by the label of their domain.</summary>
internal sealed class SinkCounts
{
    private const string Metric = "smartsink_recipients_total";
    private const string StartMetric = "process_start_time_seconds";
    private readonly Dictionary<string, RecipientCounts> _byLabel = new(StringComparer.Ordinal);

    private double? _started;

    private SinkCounts()
    {
    }

    /// <summary>The labels under which anything was ever counted.</summary>
    public IReadOnlyCollection<string> Labels => _byLabel.Keys;

    /// <summary>What was counted under a label; nothing under one that is not there.</summary>
    public RecipientCounts this[string label] => _byLabel.GetValueOrDefault(label);

    /// <summary>Reads the sink's metrics; stages are summed.</summary>
    /// <exception cref="FormatException">A sample is broken or has not the labels that it must have.</exception>
    public static SinkCounts Read(string metrics)
    {
        var counts = new SinkCounts { _started = MetricsText.Read(metrics, StartMetric) is [var start] ? start.Value : null };
        foreach (var sample in MetricsText.Read(metrics, Metric))
        {
            var label = sample.Labels.GetValueOrDefault("domain") ?? throw new FormatException($"{Metric} without the label domain");
            counts._byLabel[label] = counts[label] + Count(sample);
        }

        return counts;
    }

    /// <summary>What was counted since <paramref name="before"/>.</summary>
    /// <exception cref="FormatException">They are not counters of the same process: it started at another time, or one stands lower than before.</exception>
    public SinkCounts Since(SinkCounts before)
    {
        if (!Nullable.Equals(_started, before._started))
        {
            throw StartedAnew();
        }

        var counts = new SinkCounts();
        foreach (var label in _byLabel.Keys.Union(before._byLabel.Keys))
        {
            var difference = this[label] - before[label];
            counts._byLabel[label] = difference is { Accepted: >= 0, TempFailed: >= 0, PermFailed: >= 0 }
                ? difference
                : throw StartedAnew();
        }

        return counts;
    }

    private static FormatException StartedAnew() => new("the sink was started anew during the run, and its counters with it");

    private static RecipientCounts Count(MetricsSample sample) => (sample.Labels.GetValueOrDefault("outcome"), (long)sample.Value) switch
    {
        ("accepted", var count) => new RecipientCounts(count, 0, 0),
        ("tempfail", var count) => new RecipientCounts(0, count, 0),
        ("permfail", var count) => new RecipientCounts(0, 0, count),
        var (outcome, _) => throw new FormatException($"{Metric} with the unknown outcome \"{outcome}\""),
    };
}
