using System.Globalization;
using System.Text;
using SmartSink.Shared;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SmartSink.Commands;

/// <summary>A view as a screen of text. No line is longer than the screen is wide, and none of a client's texts is taken for markup or control characters.</summary>
internal static class WatchScreen
{
    private const int LeastDomains = 3;
    private const int LeastRefusals = 4;
    private const int MostOverrides = 5;
    private const int MostWarnings = 3;
    private const string Levels = " ▁▂▃▄▅▆▇█";

    private static readonly Style Head = new(decoration: Decoration.Bold);
    private static readonly Style Dim = new(Color.Grey);
    private static readonly Style Good = new(Color.Green);
    private static readonly Style Warn = new(Color.Yellow);
    private static readonly Style Bad = new(Color.Red);

    /// <summary>Draws it.</summary>
    /// <param name="view">What to show.</param>
    /// <param name="width">Columns that may be used.</param>
    /// <param name="height">Lines that may be used; the screen has no more, and as a rule no fewer.</param>
    /// <param name="footer">The last line; null for none.</param>
    public static IRenderable Draw(WatchView view, int width, int height, string? footer = null) => new Lines(Compose(view, width, height, footer), width);

    /// <summary>A view as one line of text, for who reads no screens.</summary>
    public static string Line(WatchView view)
    {
        var time = TimeOf(view.Now, view);
        if (view.Problem is not null || view.Stats is not { } stats)
        {
            return OneLine.Escape($"{time} {view.Sink}: {view.Problem}");
        }

        var recipients = stats.Recipients;
        return OneLine.Escape(
            $"{time} {stats.Status}: {Whole(Rate(stats.Messages))} messages/s; recipients/s accepted {Whole(Rate(recipients?.Accepted))}, "
            + $"tempfail {Whole(Rate(recipients?.Tempfail))}, permfail {Whole(Rate(recipients?.Permfail))}; "
            + $"{Whole(stats.Connections?.Open ?? 0)} connections; {Count(view.Overrides.Count, "override")}");
    }

    private static List<Row> Compose(WatchView view, int width, int height, string? footer)
    {
        var rows = new List<Row> { State(view, width) };
        if (view.Problem is { } problem)
        {
            var since = view.ProblemSince is { } start && view.Now - start >= TimeSpan.FromSeconds(1) ? $" for {Span(view.Now - start)}" : string.Empty;
            rows.Add(new Row().Add($"not connected{since}: {problem}{(footer is null ? string.Empty : "; trying again")}", width, Bad));
        }

        if (view.Stats is { } stats)
        {
            rows.AddRange(stats.Warnings.Take(MostWarnings).Select(warning => new Row().Add($"! {warning}", width, Warn)));
            AddPast(rows, view, stats, width);
            var room = height - rows.Count - (footer is null ? 0 : 1);
            AddLists(rows, view, stats, width, room);
        }

        if (footer is not null)
        {
            while (rows.Count < height - 1)
            {
                rows.Add(new Row());
            }

            rows.Add(new Row().Add(footer, width, Dim));
        }

        return rows.Count > height ? rows[..Math.Max(height, 1)] : rows;
    }

    private static Row State(WatchView view, int width)
    {
        if (view.Stats is not { } stats)
        {
            return new Row().Add($"{view.Sink}", width, Head);
        }

        var row = new Row();
        var left = width;
        left -= row.Put($"{stats.Status} ", left, stats.Status == "ready" ? Good : Warn);
        left -= row.Put($"{Whole(Rate(stats.Messages))} messages/s", left, Head);
        var connections = stats.Connections is { } open ? $", {Whole(open.Open)}{(open.Limit is { } limit ? $" of {Whole(limit)}" : string.Empty)} connections" : string.Empty;
        var policy = stats.Policy is { } known ? $", policy {known.Hash}, {Span(view.Now - known.LoadedAt)} old" : string.Empty;
        left -= row.Put(connections + policy, left, Style.Plain);
        var place = $"  {view.Sink}";
        if (place.Length <= left)
        {
            row.Put(place, left, Dim);
        }

        return row;
    }

    // Each line has a scale of its own: a few refusals beside much mail are what somebody looks for.
    private static void AddPast(List<Row> rows, WatchView view, WatchStats stats, int width)
    {
        const int name = 10;
        const int figures = 25;
        var seconds = Math.Max(width - name - figures, 1);
        var recipients = stats.Recipients;
        foreach (var (word, values, count, style) in new[]
        {
            ("accepted", view.History?.Accepted, recipients?.Accepted, Good),
            ("tempfail", view.History?.Tempfail, recipients?.Tempfail, Warn),
            ("permfail", view.History?.Permfail, recipients?.Permfail, Bad),
        })
        {
            var last = values is null ? [] : values.TakeLast(seconds).ToList();
            var peak = last.Count > 0 ? last.Max() : 0;
            rows.Add(new Row()
                .Add(word, name, style)
                .Add(Bars(last, peak, seconds), seconds, style)
                .Add($" {Whole(Rate(count)),8}/s {$"peak {Whole(peak)}",13}", figures, Style.Plain));
        }
    }

    private static string Bars(List<double> values, double peak, int width)
    {
        var bars = new StringBuilder(new string(' ', width - Math.Min(values.Count, width)));
        foreach (var value in values)
        {
            // What is more than nothing is seen.
            var level = peak > 0 && value > 0 ? Math.Max(1, (int)Math.Round(value / peak * (Levels.Length - 1))) : 0;
            bars.Append(Levels[level]);
        }

        return bars.ToString();
    }

    // Domains get what the others leave, and the refusals what the domains leave.
    private static void AddLists(List<Row> rows, WatchView view, WatchStats stats, int width, int room)
    {
        var end = rows.Count + room;
        var overrides = Overrides(view, width);
        var forDomains = Math.Max(LeastDomains, room - overrides.Count - LeastRefusals - 2);
        AddDomains(rows, stats, width, stats.Domains.Count + stats.DomainsLeftOut > forDomains ? forDomains - 1 : stats.Domains.Count);
        rows.AddRange(overrides);
        AddRefusals(rows, view, width, Math.Max(end - rows.Count - 1, 0));
    }

    private static void AddDomains(List<Row> rows, WatchStats stats, int width, int shown)
    {
        const int rate = 9;
        const int share = 14;
        var name = Math.Clamp(width / 5, 12, 32);
        var reply = Math.Max(width - name - rate - (3 * share) - 2, 0);
        rows.Add(new Row()
            .Add("domain", name, Head)
            .Add($"{"/s",rate}", rate, Head)
            .Add($"{"accepted %",share}", share, Head)
            .Add($"{"tempfail %",share}", share, Head)
            .Add($"{"permfail %",share}", share, Head)
            .Add("  top reply", reply + 2, Head));
        if (stats.Domains.Count == 0)
        {
            rows.Add(new Row().Add("no mail yet", width, Dim));
        }

        foreach (var domain in stats.Domains.Take(shown))
        {
            var (observed, expected) = (domain.Observed, domain.Expected);
            rows.Add(new Row()
                .Add(domain.Domain, name, Style.Plain)
                .Add($"{Small(Rate(domain.PerSecond)),rate}", rate, Style.Plain)
                .Add(Share(observed?.Accepted, expected?.Accepted, share), share, Good)
                .Add(Share(observed?.Tempfail, expected?.Tempfail, share), share, Warn)
                .Add(Share(observed?.Permfail, expected?.Permfail, share), share, Bad)
                .Add(domain.TopReply is { } top ? $"  {top.Code} {Joined(top.Text ?? top.Label)}" : string.Empty, reply + 2, Dim));
        }

        var left = stats.Domains.Count - Math.Min(shown, stats.Domains.Count) + stats.DomainsLeftOut;
        if (left > 0)
        {
            rows.Add(new Row().Add($"and {Count(left, "more domain")}", width, Dim));
        }
    }

    private static List<Row> Overrides(WatchView view, int width)
    {
        var rows = new List<Row> { new Row().Add("overrides", width, Head) };
        if (view.OverridesProblem is { } problem)
        {
            rows.Add(new Row().Add(problem, width, Warn));
        }
        else if (view.Overrides.Count == 0)
        {
            rows.Add(new Row().Add("none", width, Dim));
        }

        var most = view.Overrides.Count > MostOverrides ? MostOverrides - 1 : MostOverrides;
        foreach (var one in view.Overrides.OrderBy(one => one.LeftSeconds).Take(most))
        {
            var acted = $"acted {Whole(one.Acted)}{(one.Times is { } times ? $" of {Whole(times)}" : string.Empty)} {(one.Acted == 1 && one.Times is null ? "time" : "times")}";
            rows.Add(new Row()
                .Add($"{Span(TimeSpan.FromSeconds(Math.Ceiling(one.LeftSeconds))),9} left  ", 16, Warn)
                .Add($"{one.Name ?? one.Id}, {acted}", Math.Max(width - 16, 0), Style.Plain));
        }

        if (view.Overrides.Count > most)
        {
            rows.Add(new Row().Add($"and {Count(view.Overrides.Count - most, "more override")}", width, Dim));
        }

        return rows;
    }

    private static void AddRefusals(List<Row> rows, WatchView view, int width, int room)
    {
        const int time = 10;
        var recipient = Math.Clamp(width / 3, 12, 40);
        rows.Add(new Row().Add("refusals", width, Head));
        if (view.RefusalsProblem is { } problem)
        {
            rows.Add(new Row().Add(problem, width, Warn));
        }
        else if (view.Refusals.Count == 0)
        {
            rows.Add(new Row().Add("none", width, Dim));
        }

        foreach (var refusal in view.Refusals.TakeLast(room))
        {
            rows.Add(new Row()
                .Add(TimeOf(refusal.At, view), time, Dim)
                .Add(refusal.Recipient ?? refusal.Client ?? string.Empty, recipient, Style.Plain)
                .Add($"  {Joined(refusal.Reply)}", Math.Max(width - time - recipient, 0), refusal.Outcome == "permfail" ? Bad : Warn));
        }
    }

    private static string Share(double? observed, double? expected, int width)
    {
        var text = (observed, expected) switch
        {
            (null, null) => string.Empty,
            (null, { } wanted) => $"- ({Percent(wanted)})",
            ({ } seen, null) => Percent(seen),
            ({ } seen, { } wanted) => $"{Percent(seen)} ({Percent(wanted)})",
        };
        return text.PadLeft(width);
    }

    private static string Joined(string? text) => text?.Replace('\n', ' ') ?? string.Empty;

    private static double Rate(WatchCount? count) => Rate(count?.PerSecond);

    // Over ten seconds: long enough to be read, short enough to be now.
    private static double Rate(IReadOnlyDictionary<string, double>? perSecond) => perSecond?.GetValueOrDefault("10") ?? 0;

    private static string Whole(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Small(double value) => value.ToString(value is > 0 and < 10 ? "N1" : "N0", CultureInfo.InvariantCulture);

    private static string Percent(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? string.Empty : "s")}");

    private static string TimeOf(DateTimeOffset time, WatchView view) => TimeZoneInfo.ConvertTime(time, view.Zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    // The two largest units are enough.
    private static string Span(TimeSpan time) => (time < TimeSpan.Zero ? TimeSpan.Zero : time) switch
    {
        { TotalMinutes: < 1 } span => $"{span.Seconds}s",
        { TotalHours: < 1 } span => $"{span.Minutes}m{span.Seconds:00}s",
        { TotalDays: < 1 } span => $"{span.Hours}h{span.Minutes:00}m",
        var span => $"{(int)span.TotalDays}d{span.Hours:00}h",
    };

    /// <summary>A line of the screen: pieces of text, each cut or filled up to its columns. Nothing blank stands at its end.</summary>
    private sealed class Row
    {
        private int _gap;

        public List<Segment> Segments { get; } = [];

        /// <summary>Adds a text that takes just so many columns.</summary>
        public Row Add(string text, int width, Style style)
        {
            var taken = Put(text, width, style);
            _gap += Math.Max(width - taken, 0);
            return this;
        }

        /// <summary>Adds a text that takes no more than so many columns, and says how many it took.</summary>
        public int Put(string text, int width, Style style)
        {
            var (cut, taken) = Cut(OneLine.Escape(text), width);
            if (string.IsNullOrWhiteSpace(cut))
            {
                _gap += taken;
                return taken;
            }

            if (_gap > 0)
            {
                Segments.Add(new Segment(new string(' ', _gap)));
                _gap = 0;
            }

            Segments.Add(new Segment(cut, style));
            return taken;
        }

        private static (string Text, int Width) Cut(string text, int width)
        {
            if (text.Length <= width && Ascii.IsValid(text))
            {
                return (text, text.Length);
            }

            var taken = 0;
            var end = 0;
            var before = (End: 0, Taken: 0);
            foreach (var rune in text.EnumerateRunes())
            {
                var cells = Math.Max(rune.ToString().GetCellWidth(), 0);
                if (taken + cells > width)
                {
                    return width > 0 ? (string.Concat(text.AsSpan(0, before.End), "…"), before.Taken + 1) : (string.Empty, 0);
                }

                taken += cells;
                end += rune.Utf16SequenceLength;
                before = taken < width ? (end, taken) : before;
            }

            return (text, taken);
        }
    }

    private sealed class Lines(List<Row> rows, int width) : Renderable
    {
        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
        {
            foreach (var row in rows)
            {
                // In a window that is too narrow the columns do not all find room.
                foreach (var segment in Segment.Truncate(row.Segments, width))
                {
                    yield return segment;
                }

                yield return Segment.LineBreak;
            }
        }
    }
}
