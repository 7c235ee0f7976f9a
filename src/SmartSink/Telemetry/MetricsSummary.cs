using System.Globalization;
using Prometheus;

namespace SmartSink.Telemetry;

/// <summary>The counts of the metrics in a few lines for a person; the page is for machines.</summary>
internal static class MetricsSummary
{
    /// <summary>Domains that get a line; the others share one.</summary>
    private const int MostDomains = 10;

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>A line for each subject, its name and its counts: at most twenty.</summary>
    /// <param name="metrics">Brought up to date.</param>
    /// <param name="now">For how long the process has been running.</param>
    public static IReadOnlyList<(string Subject, string Counts)> Of(SinkMetrics metrics, DateTimeOffset now)
    {
        var upTime = now - DateTimeOffset.FromUnixTimeMilliseconds((long)(metrics.ProcessStartTime.Value * 1000));
        return
        [
            ("process", $"{Time(upTime)} up, {metrics.ProcessCpu.Value.ToString("N1", Culture)} s of processor time, {Bytes(metrics.ProcessResidentMemory.Value)} resident, {Number(metrics.LogEventsDropped.Value)} log events dropped"),
            ("policy", $"hash {metrics.PolicyInfo.GetAllLabelValues().SingleOrDefault()?[0]}, reloads: {Words(By(metrics.PolicyReloads, 0))}"),
            ("connections", $"open: {Number(Sum(metrics.ConnectionsOpen))}, accepted: {Number(Sum(metrics.Connections))}, closed by reason: {Words(By(metrics.ConnectionsClosed, 1))}"),
            ("TLS handshakes", Words(By(metrics.TlsHandshakes, 2))),
            ("logins", Words(By(metrics.Authentications, 1))),
            ("messages", $"{Words(By(metrics.Messages, 0))}, {Bytes(metrics.MessageBytes.Value)}"),
            ("recipients", Words(By(metrics.Recipients, 0))),
            .. Domains(metrics.Recipients),
        ];
    }

    private static IEnumerable<(string Subject, string Counts)> Domains(Counter recipients)
    {
        var domains = recipients.GetAllLabelValues().GroupBy(labels => labels[2])
            .Select(same => (Name: same.Key, Counts: By(recipients, 0, same)))
            .OrderByDescending(domain => domain.Counts.Sum(count => count.Value))
            .ThenBy(domain => domain.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var (name, counts) in domains.Take(MostDomains))
        {
            yield return ($"recipients at {name}", Words(counts));
        }

        if (domains.Count > MostDomains)
        {
            yield return ($"recipients at {domains.Count - MostDomains} more", Words(Merge(domains.Skip(MostDomains).SelectMany(domain => domain.Counts))));
        }
    }

    private static List<(string Word, double Value)> By(Counter counter, int label) => By(counter, label, counter.GetAllLabelValues());

    private static List<(string Word, double Value)> By(Counter counter, int label, IEnumerable<string[]> children) =>
        Merge(children.Select(labels => (labels[label], counter.WithLabels(labels).Value)));

    private static List<(string Word, double Value)> Merge(IEnumerable<(string Word, double Value)> counts) =>
        [.. counts.GroupBy(count => count.Word).Select(same => (same.Key, same.Sum(count => count.Value))).OrderBy(count => count.Key, StringComparer.Ordinal)];

    private static double Sum(Counter counter) => counter.GetAllLabelValues().Sum(labels => counter.WithLabels(labels).Value);

    private static double Sum(Gauge gauge) => gauge.GetAllLabelValues().Sum(labels => gauge.WithLabels(labels).Value);

    private static string Words(IEnumerable<(string Word, double Value)> counts) =>
        counts.Where(count => count.Value > 0).Select(count => $"{count.Word} {Number(count.Value)}").ToList() is { Count: > 0 } words ? string.Join(", ", words) : "none";

    private static string Number(double value) => value.ToString("N0", Culture);

    private static string Bytes(double value) => value >= 1_000_000 ? $"{(value / 1_000_000).ToString("N1", Culture)} MB" : $"{Number(value)} bytes";

    private static string Time(TimeSpan time) => time.TotalDays >= 1 ? $"{time.Days} d {time.Hours} h" : time.TotalHours >= 1 ? $"{time.Hours} h {time.Minutes} min" : $"{time.Minutes} min {time.Seconds} s";
}
