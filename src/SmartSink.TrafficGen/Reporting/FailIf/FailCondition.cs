using SmartSink.TrafficGen.Options.Values;
using SmartSink.TrafficGen.Reporting.Documents;

namespace SmartSink.TrafficGen.Reporting.FailIf;

/// <summary>A condition under which a run has failed: a figure, a comparison and a limit, as in <c>p99&gt;200ms</c>.</summary>
internal sealed class FailCondition
{
    private static readonly string[] Comparisons = [">=", "<=", "==", "!=", ">", "<"];

    private readonly Figure _figure;
    private readonly string _comparison;
    private readonly double _limit;
    private readonly string _text;

    private FailCondition(Figure figure, string comparison, double limit, string text)
    {
        _figure = figure;
        _comparison = comparison;
        _limit = limit;
        _text = text;
    }

    /// <summary>Reads a condition.</summary>
    /// <param name="text">One condition, blanks allowed around its parts.</param>
    /// <param name="problem">What is wrong with it, to stand behind the condition in an error.</param>
    /// <returns>Null when it is none.</returns>
    public static FailCondition? Parse(string text, out string problem)
    {
        problem = string.Empty;
        var at = text.AsSpan().IndexOfAny("<>=!");
        var comparison = at < 0 ? null : Array.Find(Comparisons, known => text.AsSpan(at).StartsWith(known));
        if (comparison is null)
        {
            problem = "is not a figure, one of > >= < <= == != and a number, such as p99>200ms";
            return null;
        }

        var name = text[..at].Trim();
        if (FigureCatalog.Find(name) is not { } figure)
        {
            problem = $"names no figure that is known; these are: {FigureCatalog.Summary}";
            return null;
        }

        var limit = text[(at + comparison.Length)..].Trim();
        if (!TryReadLimit(limit, figure.Kind, out var number))
        {
            problem = $"compares with \"{limit}\", which is not {Expected(figure.Kind)}";
            return null;
        }

        return new FailCondition(figure, comparison, number, text.Trim());
    }

    /// <summary>Whether a run failed by it.</summary>
    public ConditionResult Judge(TrafficReport report)
    {
        var actual = Math.Round(_figure.Read(report), 3);
        var holds = _comparison switch
        {
            ">" => actual > _limit,
            ">=" => actual >= _limit,
            "<" => actual < _limit,
            "<=" => actual <= _limit,
            "==" => actual.Equals(_limit),
            _ => !actual.Equals(_limit),
        };
        return new ConditionResult(_text, actual, holds);
    }

    private static bool TryReadLimit(string text, FigureKind kind, out double value)
    {
        switch (kind)
        {
            case FigureKind.Time:
                return TimeLimit.TryParse(text, out value);
            case FigureKind.Rate:
                return PlainText.TryParseNumber(text.EndsWith("/s", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(0, text.Length - 2) : text, out value);
            case FigureKind.Percent:
                return PlainText.TryParsePercent(text, out value);
            default:
                return PlainText.TryParseNumber(text, out value);
        }
    }

    private static string Expected(FigureKind kind) => kind switch
    {
        FigureKind.Time => "a time such as 200ms, 1.5s, 250us, or 200 for milliseconds",
        FigureKind.Rate => "a rate such as 1000/s",
        FigureKind.Percent => PlainText.ExpectedPercent,
        _ => "a number",
    };
}
