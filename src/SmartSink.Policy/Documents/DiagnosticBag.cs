namespace SmartSink.Policy.Documents;

/// <summary>Gathers what is wrong with a policy while it is read and checked.</summary>
internal sealed class DiagnosticBag
{
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

    /// <summary>All of them, sorted by file, line and column; those of one place in the order in which they were found.</summary>
    public IReadOnlyList<PolicyDiagnostic> Sorted() =>
        [.. _diagnostics
            .OrderBy(diagnostic => diagnostic.File, StringComparer.Ordinal)
            .ThenBy(diagnostic => diagnostic.Line)
            .ThenBy(diagnostic => diagnostic.Column)];

    private void Add(Place place, DiagnosticSeverity severity, string message) =>
        _diagnostics.Add(new PolicyDiagnostic(place.File, place.Line, place.Column, severity, Printable.Of(message)));
}
