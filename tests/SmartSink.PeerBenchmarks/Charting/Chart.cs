using System.Net;
using System.Text;

namespace SmartSink.PeerBenchmarks.Charting;

/// <summary>A drawing (SVG) of one or more measures above a common, logarithmic x axis; it follows the reader's light or dark theme.</summary>
/// <param name="title">What it shows.</param>
/// <param name="xTitle">What the x axis counts.</param>
/// <param name="panels">The measures, from top to bottom.</param>
internal sealed class Chart(string title, string xTitle, IReadOnlyList<ChartPanel> panels)
{
    private const int Width = 760;
    private const int Left = 76;
    private const int Right = 736;
    private const int Heading = 78;
    private const int PlotHeight = 190;
    private const int PanelHeight = PlotHeight + 88;
    private const int Inset = 30;

    /// <summary>Colours, of which a series has one in light and one in dark; the mark's shape tells it too.</summary>
    private const string Style = """
        text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f }
        .title { font-size: 15px; font-weight: 600 }
        .page { fill: #ffffff }
        .grid { stroke: #d8dee4; stroke-width: 1 }
        .axis { stroke: #57606a; stroke-width: 1 }
        .line { fill: none; stroke-width: 2.2; stroke-linejoin: round }
        .s0 { stroke: #0969da } .s1 { stroke: #6e7781 } .s2 { stroke: #bc4c00 }
        .m0 { fill: #0969da } .m1 { fill: #6e7781 } .m2 { fill: #bc4c00 }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3 }
          .page { fill: #0d1117 }
          .grid { stroke: #30363d }
          .axis { stroke: #8b949e }
          .s0 { stroke: #58a6ff } .s1 { stroke: #a5adb6 } .s2 { stroke: #f0883e }
          .m0 { fill: #58a6ff } .m1 { fill: #a5adb6 } .m2 { fill: #f0883e }
        }
        """;

    private readonly ChartAxis _across = ChartAxis.Logarithmic([.. panels.SelectMany(panel => panel.Points).Select(point => point.X).Distinct().Order()]);
    private readonly StringBuilder _svg = new();

    /// <summary>Draws it.</summary>
    public string ToSvg()
    {
        var height = Heading + (panels.Count * PanelHeight);
        _svg.Clear();
        _svg.AppendLine($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" width="{Width}" height="{height}" role="img">""");
        _svg.AppendLine($"<title>{Escape(title)}</title>");
        _svg.AppendLine($"<style>\n{Style}\n</style>");
        _svg.AppendLine($"""<rect class="page" width="{Width}" height="{height}"/>""");
        Text(Left, 26, title, "start", "title");
        AddLegend();
        for (var index = 0; index < panels.Count; index++)
        {
            AddPanel(panels[index], Heading + (index * PanelHeight));
        }

        return _svg.AppendLine("</svg>").ToString();
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private void AddLegend()
    {
        var x = Left;
        for (var index = 0; index < panels[0].Series.Count; index++)
        {
            var name = panels[0].Series[index].Name;
            _svg.AppendLine($"""<path class="line s{index}" d="M{x} 48h26"/>""");
            AddMark(index, x + 13, 48);
            Text(x + 34, 52.5, name, "start");
            x += 62 + (name.Length * 8);
        }
    }

    private void AddPanel(ChartPanel panel, int top)
    {
        var bottom = top + 22 + PlotHeight;
        var axis = panel.Axis;
        Text(Left, top + 6, panel.Title, "start");
        foreach (var tick in axis.Ticks)
        {
            _svg.AppendLine($"""<path class="{(tick == axis.Ticks[0] ? "axis" : "grid")}" d="M{Left} {Y(tick):0.#}H{Right}"/>""");
            Text(Left - 8, Y(tick) + 4.5, $"{tick:#,0.##}", "end");
        }

        foreach (var tick in _across.Ticks)
        {
            _svg.AppendLine($"""<path class="axis" d="M{X(tick):0.#} {bottom}v5"/>""");
            Text(X(tick), bottom + 20, $"{tick:N0}", "middle");
        }

        Text((Left + Right) / 2d, bottom + 39, xTitle, "middle");
        // The first series, SmartSink, lies above the others.
        for (var index = panel.Series.Count - 1; index >= 0; index--)
        {
            var points = panel.Series[index].Points.Select(point => (X: X(point.X), Y: Y(point.Y))).ToArray();
            _svg.AppendLine($"""<polyline class="line s{index}" points="{string.Join(' ', points.Select(point => $"{point.X:0.#},{point.Y:0.#}"))}"/>""");
            foreach (var (x, y) in points)
            {
                AddMark(index, x, y);
            }
        }

        double Y(double value) => bottom - (axis.Place(value) * PlotHeight);
    }

    private void AddMark(int series, double x, double y) => _svg.AppendLine(series switch
    {
        0 => $"""<circle class="m0" cx="{x:0.#}" cy="{y:0.#}" r="4.5"/>""",
        1 => $"""<rect class="m1" x="{x - 4:0.#}" y="{y - 4:0.#}" width="8" height="8"/>""",
        _ => $"""<path class="m{series}" d="M{x:0.#} {y - 5.5:0.#}l5.5 10h-11z"/>""",
    });

    private void Text(double x, double y, string text, string anchor, string? style = null) => _svg.AppendLine(
        $"""<text{(style is null ? string.Empty : $" class=\"{style}\"")} x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}">{Escape(text)}</text>""");

    private double X(double value) => Left + Inset + (_across.Place(value) * (Right - Left - (2 * Inset)));
}
