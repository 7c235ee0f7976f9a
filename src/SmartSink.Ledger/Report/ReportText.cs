using System.Text;

namespace SmartSink.Ledger.Report;

/// <summary>The report as lines for people: of each sender a table of rules, and below it the cases of those that failed or warned.</summary>
internal sealed class ReportText
{
    private const int VerdictWidth = 10;

    private readonly StringBuilder _text = new();
    private readonly ReportCard _card;
    private readonly int _width;
    private readonly bool _colours;

    private ReportText(ReportCard card, int width, bool colours)
    {
        _card = card;
        _width = width;
        _colours = colours;
    }

    public static string Write(ReportCard card, int width, bool colours)
    {
        var writer = new ReportText(card, width, colours);
        writer.Line("Report card");
        foreach (var remark in ReportFormats.RemarksOn(card))
        {
            writer.Wrap(remark, indent: 0);
        }

        foreach (var sender in card.Senders)
        {
            writer.Write(sender);
        }

        return writer._text.ToString();
    }

    private void Write(SenderReport sender)
    {
        _text.Append('\n');
        _text.Append(Colour($"Grade {sender.Grade}", sender.Grade is "F" or "E" ? "1;31" : "1")).Append("  ");
        Line(ReportFormats.Visible(ReportFormats.NameOf(sender)));
        Wrap(ReportFormats.CountsOf(sender), indent: 9);
        _text.Append('\n');
        var names = sender.Rules.Select(rule => rule.Rule.Length).Append(4).Max() + 2;
        var numbers = sender.Rules.Select(rule => ReportFormats.NumberOf(rule).Length).Append(6).Max() + 2;
        Line($"{"VERDICT".PadRight(VerdictWidth)}{"RULE".PadRight(names)}{"NUMBER".PadRight(numbers)}FINDING");
        foreach (var rule in sender.Rules)
        {
            var verdict = ReportFormats.WordOf(rule.Verdict);
            _text.Append(Colour(verdict, ColourOf(rule.Verdict))).Append(' ', VerdictWidth - verdict.Length).Append(rule.Rule.PadRight(names)).Append(ReportFormats.NumberOf(rule).PadRight(numbers));
            Wrap(rule.Finding, VerdictWidth + names + numbers, hasBegun: true);
        }

        foreach (var rule in sender.Rules.Where(rule => rule.Verdict is Verdict.Fail or Verdict.Warn || rule.Table is not null))
        {
            WriteCases(rule);
        }
    }

    private void WriteCases(RuleReport rule)
    {
        _text.Append('\n').Append(Colour(ReportFormats.WordOf(rule.Verdict), ColourOf(rule.Verdict)));
        Line($": {rule.Rule}: {rule.Title}");
        foreach (var example in rule.Examples)
        {
            var time = ReportFormats.TimeOf(example.At, _card);
            _text.Append("  ").Append(time).Append("  ");
            Wrap(example.Text, time.Length + 4, hasBegun: true);
            foreach (var line in example.Reply?.Split('\n') ?? [])
            {
                Wrap(line.TrimEnd('\r'), time.Length + 4);
            }
        }

        if (rule.Table is { Count: > 0 } table)
        {
            var widths = Enumerable.Range(0, table.Max(row => row.Count)).Select(column => table.Max(row => column < row.Count ? row[column].Length : 0)).ToList();
            foreach (var row in table)
            {
                Line("  " + ReportFormats.Visible(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
            }
        }

        if (rule.Verdict is Verdict.Fail or Verdict.Warn)
        {
            Wrap($"Why it matters: {rule.Why}", indent: 2);
            Wrap($"Source: {string.Join("; ", rule.Sources)}", indent: 2);
        }
    }

    /// <summary>A text in lines of at most the width, broken at spaces; each begins behind the indent.</summary>
    private void Wrap(string text, int indent, bool hasBegun = false)
    {
        var used = indent;
        if (!hasBegun)
        {
            _text.Append(' ', indent);
        }

        var isFirst = true;
        foreach (var word in ReportFormats.Visible(text).Split(' '))
        {
            if (!isFirst && used + 1 + word.Length > _width)
            {
                _text.Append('\n').Append(' ', indent);
                (used, isFirst) = (indent, true);
            }

            _text.Append(isFirst ? string.Empty : " ").Append(word);
            used += word.Length + (isFirst ? 0 : 1);
            isFirst = false;
        }

        _text.Append('\n');
    }

    private void Line(string text) => _text.Append(text).Append('\n');

    private string Colour(string text, string code) => _colours ? $"\e[{code}m{text}\e[0m" : text;

    private static string ColourOf(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "32",
        Verdict.Warn => "33",
        Verdict.Fail => "1;31",
        _ => "2",
    };
}
