using System.Globalization;
using static SmartSink.TrafficGen.Reporting.Numbers;

namespace SmartSink.TrafficGen.Display;

/// <summary>A sample as one line of text.</summary>
internal static class ProgressLine
{
    /// <summary>Writes it, without a line end.</summary>
    public static string Format(ProgressSample sample)
    {
        var done = sample.Done is { } part ? $" {Percent(part)}" : string.Empty;
        return $"{sample.Elapsed.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)}s{done}: {Rate(sample.PerSecond)}; "
            + $"accepted {Whole(sample.Accepted)}, failed {Whole(sample.Failed)}, retried {Whole(sample.Retried)}; "
            + $"recipients {Whole(sample.Recipients.Accepted)}/{Whole(sample.Recipients.TempFailed)}/{Whole(sample.Recipients.PermFailed)}; "
            + $"p50 {Milliseconds(sample.P50.TotalMilliseconds)} ms, p99 {Milliseconds(sample.P99.TotalMilliseconds)} ms; "
            + $"connections {Whole(sample.Connections)}, faults {Whole(sample.Faults)}";
    }

    /// <summary>A rate by the second and the hour.</summary>
    public static string Rate(double perSecond) => $"{Whole(perSecond)}/s, {Whole(perSecond * 3600)}/h";
}
