using System.Globalization;
using System.Text;

namespace SmartSink.Ledger.Report;

/// <summary>The report as a page that stands alone, to be kept with the results of a test: style and charts are in it, and it fetches and runs nothing.</summary>
internal static class ReportHtml
{
    private const string Style =
        """
        :root { color-scheme: light dark; --ground: #f3f4f2; --card: #fff; --line: #d9dcd7; --text: #1b211d; --muted: #58625b; --pass: #1f6b4e; --warn: #7a5600; --fail: #9c2f2c;
          --accepted: #2f8f6b; --tempfail: #d39a1e; --permfail: #b8403c; font: 14px/1.5 system-ui, "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
        @media (prefers-color-scheme: dark) { :root { --ground: #121614; --card: #1a1f1c; --line: #333b36; --text: #e4e9e5; --muted: #a0aca4; --pass: #6fd3ae; --warn: #e6bd62; --fail: #f19a95;
          --accepted: #3fae85; --tempfail: #d9a73a; --permfail: #d9625c; } }
        body { margin: 0 auto; max-width: 1100px; padding: 16px; background: var(--ground); color: var(--text); }
        h1 { font-size: 20px; margin: 0; } h2 { font-size: 16px; margin: 0; overflow-wrap: anywhere; } p { margin: 4px 0; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: 6px; margin-top: 12px; padding: 12px; }
        header { display: flex; gap: 12px; align-items: center; } .grade { font-size: 28px; font-weight: 700; border: 2px solid; border-radius: 6px; min-width: 44px; text-align: center; }
        .A, .B { color: var(--pass); } .C, .D { color: var(--warn); } .E, .F { color: var(--fail); }
        table { width: 100%; border-collapse: collapse; margin-top: 8px; } th, td { text-align: left; vertical-align: top; padding: 4px 10px 4px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
        thead th { color: var(--muted); font-weight: 500; border: 0; overflow-wrap: normal; } td:is(:first-child, :nth-child(3)) { white-space: nowrap; }
        .pass, .warn, .fail { font-weight: 600; } .pass { color: var(--pass); } .warn { color: var(--warn); } .fail { color: var(--fail); } .unseen, .muted, code { color: var(--muted); }
        code, pre { font: 12.5px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; } pre { margin: 0 0 4px; white-space: pre-wrap; overflow-wrap: anywhere; }
        details { margin-top: 2px; } summary { cursor: pointer; color: var(--muted); } ul { margin: 4px 0; padding-left: 20px; } details table { width: auto; } details td { white-space: normal !important; }
        svg { display: block; width: 100%; height: 120px; margin-top: 8px; border-bottom: 1px solid var(--line); } figure { margin: 0; } figcaption { display: flex; flex-wrap: wrap; gap: 0 16px; color: var(--muted); }
        .accepted { fill: var(--accepted); } .tempfail { fill: var(--tempfail); } .permfail { fill: var(--permfail); } i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 5px; }
        @media (max-width: 640px) { .rules > thead { display: none; } .rules > tbody > tr { display: flex; flex-wrap: wrap; gap: 0 12px; padding: 6px 0; border-top: 1px solid var(--line); }
          .rules > tbody > tr > td { padding: 0; border: 0; } .rules > tbody > tr > td:last-child { flex-basis: 100%; } .rules > tbody > tr > td:nth-child(2) { order: 1; flex-basis: 100%; } .rules > tbody > tr > td:last-child { order: 2; } }
        i.accepted { background: var(--accepted); } i.tempfail { background: var(--tempfail); } i.permfail { background: var(--permfail); }
        """;

    public static string Write(ReportCard card)
    {
        // It is well-formed XML, too, by which a test tells elements from text.
        var html = new Markup();
        html.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<title>SmartSink report card</title>\n");
        html.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n");
        html.AddStyle(Style);
        html.Add($"</head>\n<body>\n<main>\n<h1>Report card</h1>\n");
        foreach (var remark in ReportFormats.RemarksOn(card))
        {
            html.Add($"<p>{remark}</p>\n");
        }

        foreach (var sender in card.Senders)
        {
            Write(html, sender, card);
        }

        html.Add($"</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void Write(Markup html, SenderReport sender, ReportCard card)
    {
        html.Add($"<section>\n<header><span class=\"grade {sender.Grade}\" title=\"grade\">{sender.Grade}</span> <div><h2>{ReportFormats.NameOf(sender)}</h2><p>{ReportFormats.CountsOf(sender)}</p></div></header>\n");
        WriteChart(html, sender.Seconds, card);
        html.Add($"<table class=\"rules\">\n<thead><tr><th scope=\"col\">Verdict</th><th scope=\"col\">Rule</th><th scope=\"col\">Number</th><th scope=\"col\">Finding</th></tr></thead>\n<tbody>\n");
        foreach (var rule in sender.Rules)
        {
            var word = ReportFormats.WordOf(rule.Verdict);
            html.Add($"<tr><td class=\"{(rule.Verdict == Verdict.NotSeen ? "unseen" : word)}\">{word}</td><td>{rule.Title}<br/><code>{rule.Rule}</code></td><td>{ReportFormats.NumberOf(rule)}</td><td>{rule.Finding}\n");
            if (rule.Verdict is Verdict.Fail)
            {
                html.Add($"<details open=\"open\">");
            }
            else
            {
                html.Add($"<details>");
            }

            html.Add($"<summary>Details</summary>\n");
            WriteDetails(html, rule, card);
            html.Add($"</details></td></tr>\n");
        }

        html.Add($"</tbody>\n</table>\n</section>\n");
    }

    private static void WriteDetails(Markup html, RuleReport rule, ReportCard card)
    {
        if (rule.Examples.Count > 0)
        {
            html.Add($"<ul>\n");
            foreach (var example in rule.Examples)
            {
                html.Add($"<li>{ReportFormats.TimeOf(example.At, card)} {example.Text}");
                if (example.Reply is { } reply)
                {
                    html.Add($"<pre>{reply}</pre>");
                }

                html.Add($"</li>\n");
            }

            html.Add($"</ul>\n");
        }

        if (rule.Table is { Count: > 0 } table)
        {
            html.Add($"<table>\n");
            foreach (var row in table)
            {
                html.Add($"<tr>");
                foreach (var cell in row)
                {
                    html.Add($"<td>{cell}</td>");
                }

                html.Add($"</tr>\n");
            }

            html.Add($"</table>\n");
        }

        html.Add($"<p>{rule.Why}</p>\n<p class=\"muted\">Source: {string.Join("; ", rule.Sources)}</p>\n");
    }

    /// <summary>Three areas, each from the ground to the sum of its outcome and those below, painted the highest first.</summary>
    private static void WriteChart(Markup html, ReportChart chart, ReportCard card)
    {
        var accepted = chart.Accepted;
        var two = accepted.Select((count, index) => count + chart.Tempfail[index]).ToList();
        var all = two.Select((count, index) => count + chart.Permfail[index]).ToList();
        var most = all.Append(0).Max();
        if (most == 0)
        {
            return;
        }

        var (from, until) = (ReportFormats.TimeOf(chart.Since, card), ReportFormats.TimeOf(chart.Since.AddSeconds((double)chart.Step * all.Count), card));
        var each = chart.Step == 1 ? "second" : string.Create(CultureInfo.InvariantCulture, $"{chart.Step:N0} s");
        html.Add($"<figure><svg role=\"img\" aria-label=\"Recipients each {each} from {from} to {until}, at most {most:N0}\" viewBox=\"0 0 {all.Count} 1000\" preserveAspectRatio=\"none\">");
        html.Add($"<path class=\"permfail\" d=\"{Area(all, most)}\"/><path class=\"tempfail\" d=\"{Area(two, most)}\"/><path class=\"accepted\" d=\"{Area(accepted, most)}\"/></svg>\n");
        html.Add($"<figcaption><span>{from} to {until}, at most {most:N0} recipients each {each}</span><span><i class=\"accepted\"></i>accepted</span>");
        html.Add($"<span><i class=\"tempfail\"></i>temporarily refused</span><span><i class=\"permfail\"></i>permanently refused</span></figcaption></figure>\n");
    }

    private static string Area(IReadOnlyList<long> counts, long most)
    {
        var path = new StringBuilder("M0 1000");
        var before = -1L;
        for (var index = 0; index < counts.Count; index++)
        {
            var height = 1000 - (long)Math.Round(1000.0 * counts[index] / most);
            if (height != before)
            {
                path.Append(CultureInfo.InvariantCulture, $"H{index}V{height}");
                before = height;
            }
        }

        return path.Append(CultureInfo.InvariantCulture, $"H{counts.Count}V1000Z").ToString();
    }
}
