using SmartSink.Shared;

namespace SmartSink.TrafficGen.Options;

/// <summary>What a figure is measured in.</summary>
internal enum FigureKind
{
    Count,

    /// <summary>A time; in a condition a number alone is milliseconds.</summary>
    Time,

    /// <summary>Messages a second.</summary>
    Rate,

    /// <summary>A share of all, 0 to 100.</summary>
    Percent,
}

/// <summary>The figures that a condition can name.</summary>
/// <param name="KindOf">What a figure is measured in, by its name without case; null when there is none of that name.</param>
/// <param name="Summary">All of them in one sentence, for the help and for errors.</param>
internal sealed record KnownFigures(Func<string, FigureKind?> KindOf, string Summary);

/// <summary>A condition under which a run has failed: a figure, a comparison and a limit, as in <c>p99&gt;200ms</c>.</summary>
internal sealed class FailCondition
{
    private static readonly string[] Comparisons = [">=", "<=", "==", "!=", ">", "<"];

    private static readonly (string Unit, decimal Milliseconds)[] Units = [("us", 0.001m), ("ms", 1), ("s", 1000), ("m", 60_000)];

    private readonly string _comparison;
    private readonly double _limit;

    private FailCondition(string figure, string comparison, double limit, string text)
    {
        Figure = figure;
        Text = text;
        _comparison = comparison;
        _limit = limit;
    }

    /// <summary>As it was given.</summary>
    public string Text { get; }

    public string Figure { get; }

    /// <summary>Reads a condition.</summary>
    /// <param name="text">One condition, blanks allowed around its parts.</param>
    /// <param name="figures">Those that it can name.</param>
    /// <param name="problem">What is wrong with it, to stand behind the condition in an error.</param>
    /// <returns>Null when it is none.</returns>
    public static FailCondition? Parse(string text, KnownFigures figures, out string problem)
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
        if (figures.KindOf(name) is not { } kind)
        {
            problem = $"names no known figure; the figures are: {figures.Summary}";
            return null;
        }

        var limit = text[(at + comparison.Length)..].Trim();
        if (!TryReadLimit(limit, kind, out var number))
        {
            problem = $"compares with \"{limit}\", which is not {Expected(kind)}";
            return null;
        }

        return new FailCondition(name, comparison, number, text.Trim());
    }

    /// <summary>Whether a run with that figure failed by it.</summary>
    public bool Holds(double actual) => _comparison switch
    {
        ">" => actual > _limit,
        ">=" => actual >= _limit,
        "<" => actual < _limit,
        "<=" => actual <= _limit,
        "==" => actual.Equals(_limit),
        _ => !actual.Equals(_limit),
    };

    private static bool TryReadLimit(string text, FigureKind kind, out double value)
    {
        switch (kind)
        {
            case FigureKind.Time:
                var good = Quantity.TryParse(text, Units, long.MaxValue, out var milliseconds);
                value = (double)milliseconds;
                return good;
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
