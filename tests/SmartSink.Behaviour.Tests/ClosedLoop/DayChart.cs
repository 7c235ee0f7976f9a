using System.Globalization;
using System.Text;

namespace SmartSink.Behaviour.Tests.ClosedLoop;

/// <summary>Draws a day as SVG: what was accepted, on top of it what was deferred, and around both what was offered; below the axis the minutes
/// in which anything was deferred. Readable on light and on dark pages.</summary>
internal static class DayChart
{
    private const int Left = 110;
    private const int Top = 70;
    private const int Height = 320;
    private const int Bottom = Top + Height;
    private const int Width = Left + SimulatedDay.Minutes + 40;
    private const int HoursPerMark = 3;

    /// <summary>The picture.</summary>
    /// <param name="title">What it shows, in plain text.</param>
    /// <param name="day">The day.</param>
    public static string Draw(string title, SimulatedDay day)
    {
        var step = StepOf(day.Offered.Max());
        var top = (day.Offered.Max() + step - 1) / step * step;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Width}} {{Bottom + 80}}" role="img">
            <title>{{title}}</title>
            <style>
            .paper { fill: #ffffff } text { fill: #1f2328; font: 24px sans-serif } .grid { stroke: #d1d9e0 }
            .accepted { fill: #79b8ff } .deferred { fill: #f9826c } .mark { stroke: #f9826c; stroke-width: 10 } .offered { fill: none; stroke: #1f2328; stroke-width: 1.5 }
            @media (prefers-color-scheme: dark) {
            .paper { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d }
            .accepted { fill: #1f6feb } .deferred { fill: #da3633 } .mark { stroke: #da3633 } .offered { stroke: #e6edf3 }
            }
            </style>
            <rect class="paper" width="{{Width}}" height="{{Bottom + 80}}"/>
            <text x="{{Left}}" y="38">messages a minute:</text>
            <path class="offered" d="M{{Left + 260}} 30h40"/><text x="{{Left + 310}}" y="38">offered</text>
            <rect class="accepted" x="{{Left + 440}}" y="18" width="40" height="24"/><text x="{{Left + 490}}" y="38">accepted</text>
            <rect class="deferred" x="{{Left + 640}}" y="18" width="40" height="24"/><text x="{{Left + 690}}" y="38">deferred</text>

            """);
        for (var value = 0; value <= top; value += step)
        {
            text.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{Left} {Y(value)}h{SimulatedDay.Minutes}\"/><text x=\"{Left - 14}\" y=\"{Y(value) + 8}\" text-anchor=\"end\">{value}</text>\n");
        }

        for (var hour = 0; hour <= 24; hour += HoursPerMark)
        {
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + (hour * 60)}\" y=\"{Bottom + 44}\" text-anchor=\"middle\">{hour}:00</text>\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"""
            <path class="deferred" d="{Steps(day.Offered.Select(Y))}z"/>
            <path class="accepted" d="{Steps(day.Accepted.Select(Y))}z"/>
            <path class="offered" d="{Steps(day.Offered.Select(Y))}"/>
            <path class="mark" d="{Marks()}"/>
            </svg>

            """);
        return text.ToString().ReplaceLineEndings("\n");

        int Y(int value) => Bottom - (value * Height / top);

        // Below the axis, a little wider than it is: one message among a hundred can be seen, too.
        string Marks()
        {
            var path = new StringBuilder();
            foreach (var minute in Enumerable.Range(0, SimulatedDay.Minutes).Where(minute => day.Offered[minute] > day.Accepted[minute]))
            {
                path.Append(CultureInfo.InvariantCulture, $"M{Left + minute - 1} {Bottom + 8}h3");
            }

            return path.ToString();
        }

        static string Steps(IEnumerable<int> heights)
        {
            int[] values = [.. heights];
            var path = new StringBuilder().Append(CultureInfo.InvariantCulture, $"M{Left} {Bottom}");
            for (var from = 0; from < values.Length;)
            {
                var until = from + 1;
                while (until < values.Length && values[until] == values[from])
                {
                    until++;
                }

                path.Append(CultureInfo.InvariantCulture, $"V{values[from]}h{until - from}");
                from = until;
            }

            return path.Append(CultureInfo.InvariantCulture, $"V{Bottom}").ToString();
        }
    }

    // 1, 2 or 5 times a power of ten, so that there are three to seven lines.
    private static int StepOf(int highest)
    {
        var power = 1;
        while (true)
        {
            foreach (var step in new[] { power, 2 * power, 5 * power })
            {
                if (highest <= 6 * step)
                {
                    return step;
                }
            }

            power *= 10;
        }
    }
}
