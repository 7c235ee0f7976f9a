using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using static SmartSink.TrafficGen.Reporting.Numbers;

namespace SmartSink.TrafficGen.Display;

/// <summary>A sample as a panel that is drawn over and over. No line of it wraps: a terminal that is too narrow cuts them.</summary>
internal static class ProgressPanel
{
    private const int NameWidth = 13;
    private const int LongestBar = 40;

    /// <summary>Draws it.</summary>
    /// <param name="sample">What to show.</param>
    /// <param name="width">The terminal's columns; the last one stays free, as some terminals go to the next line after it.</param>
    public static IRenderable Render(ProgressSample sample, int width)
    {
        var room = Math.Max(width - 1 - NameWidth, 1);
        var recipients = sample.Recipients;
        return new Rows(
            Line("rate", ProgressLine.Rate(sample.PerSecond), room),
            Line("messages", $"accepted {Whole(sample.Accepted)}, failed {Whole(sample.Failed)}, retried {Whole(sample.Retried)}", room),
            Line("recipients", $"accepted {Whole(recipients.Accepted)}, tempfail {Whole(recipients.TempFailed)}, permfail {Whole(recipients.PermFailed)}", room),
            Line("transaction", $"p50 {Milliseconds(sample.P50.TotalMilliseconds)} ms, p99 {Milliseconds(sample.P99.TotalMilliseconds)} ms", room),
            Line("connections", $"open {Whole(sample.Connections)}, faults {Whole(sample.Faults)}", room),
            Line("time", Time(sample, room), room));
    }

    private static Paragraph Line(string name, string value, int room) =>
        new Paragraph().Append(name.PadRight(NameWidth), new Style(Color.Grey)).Append(value.Length > room ? value[..room] : value);

    private static string Time(ProgressSample sample, int room)
    {
        var elapsed = sample.Elapsed.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);
        if (sample.Done is not { } part)
        {
            return elapsed;
        }

        var percent = Percent(part);
        var bar = Math.Clamp(room - elapsed.Length - percent.Length - 3, 0, LongestBar);
        var full = (int)(part * bar);
        return $"{elapsed}  {new string('#', full)}{new string('-', bar - full)} {percent}";
    }
}

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
