namespace SmartSink.Policy.Documents;

/// <summary>Gathers what is wrong with a policy while it is read and checked.</summary>
internal sealed class DiagnosticBag
{
    /// <summary>How many are listed at most.</summary>
    public const int MostDiagnostics = 1_000;

    private readonly List<PolicyDiagnostic> _diagnostics = [];

    /// <summary>Whether one of them is an error.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Adds an error.</summary>
    public void Error(Place place, string message)
    {
        HasErrors = true;
        Add(place, DiagnosticSeverity.Error, message);
    }

    /// <summary>Adds a warning.</summary>
    public void Warning(Place place, string message) => Add(place, DiagnosticSeverity.Warning, message);

    /// <summary>
    /// All of them, sorted by file, line and column; those of one place in the order in which they were found. Of very many the first
    /// thousand, errors before warnings, and a remark that there are more: a file that is no policy at all must not flood the log.
    /// </summary>
    public IReadOnlyList<PolicyDiagnostic> Sorted()
    {
        var sorted = Sorted(_diagnostics);
        if (sorted.Count <= MostDiagnostics)
        {
            return sorted;
        }

        var listed = sorted.OrderByDescending(diagnostic => diagnostic.Severity).ToList();
        var next = listed[MostDiagnostics];
        return [.. Sorted(listed.Take(MostDiagnostics)), next with { Message = "there are more mistakes from here on, which are not listed" }];
    }

    private static List<PolicyDiagnostic> Sorted(IEnumerable<PolicyDiagnostic> diagnostics) =>
        [.. diagnostics
            .OrderBy(diagnostic => diagnostic.File, StringComparer.Ordinal)
            .ThenBy(diagnostic => diagnostic.Line)
            .ThenBy(diagnostic => diagnostic.Column)];

    private void Add(Place place, DiagnosticSeverity severity, string message) =>
        _diagnostics.Add(new PolicyDiagnostic(place.File, place.Line, place.Column, severity, Printable.Of(message)));
}
