using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using static SmartSink.TrafficGen.Reporting.Numbers;

namespace SmartSink.TrafficGen.Display;

/// <summary>A sample as a panel that is drawn over and over.</summary>
internal static class ProgressPanel
{
    private const int BarWidth = 40;

    /// <summary>Draws it.</summary>
    public static IRenderable Render(ProgressSample sample)
    {
        var grid = new Grid().AddColumn().AddColumn();
        var recipients = sample.Recipients;
        Add(grid, "rate", ProgressLine.Rate(sample.PerSecond));
        Add(grid, "messages", $"accepted {Whole(sample.Accepted)}, failed {Whole(sample.Failed)}, retried {Whole(sample.Retried)}");
        Add(grid, "recipients", $"accepted {Whole(recipients.Accepted)}, tempfail {Whole(recipients.TempFailed)}, permfail {Whole(recipients.PermFailed)}");
        Add(grid, "transaction", $"p50 {Milliseconds(sample.P50.TotalMilliseconds)} ms, p99 {Milliseconds(sample.P99.TotalMilliseconds)} ms");
        Add(grid, "connections", $"open {Whole(sample.Connections)}, faults {Whole(sample.Faults)}");
        Add(grid, "time", $"{sample.Elapsed.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)}{Bar(sample.Done)}");
        return grid;
    }

    private static void Add(Grid grid, string name, string value) => grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(value));

    private static string Bar(double? done)
    {
        if (done is not { } part)
        {
            return string.Empty;
        }

        var full = (int)(part * BarWidth);
        return $"  {new string('#', full)}{new string('-', BarWidth - full)} {Percent(part)}";
    }
}
