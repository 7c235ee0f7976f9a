using SmartSink.Policy.Model;
using SmartSink.Shared;

namespace SmartSink.Policy.Files;

internal sealed class DiagnosticBag
{
    public const int MostDiagnostics = 1_000;

    private readonly List<Finding> _findings = [];

    public bool HasErrors { get; private set; }

    public void Error(Place place, string message)
    {
        HasErrors = true;
        Add(place, isError: true, message);
    }

    public void Warning(Place place, string message) => Add(place, isError: false, message);

    /// <summary>
    /// All of them, sorted by file, line and column; those of one place in the order in which they were found. Of very many the first
    /// thousand, errors before warnings, and a remark that there are more: a file that is no policy at all must not flood the log.
    /// </summary>
    public IReadOnlyList<Finding> Sorted()
    {
        var sorted = Sorted(_findings);
        if (sorted.Count <= MostDiagnostics)
        {
            return sorted;
        }

        var listed = sorted.OrderByDescending(finding => finding.IsError).ToList();
        var next = listed[MostDiagnostics];
        return [.. Sorted(listed.Take(MostDiagnostics)), next with { Message = "there are more mistakes from here on, which are not listed" }];
    }

    private static List<Finding> Sorted(IEnumerable<Finding> findings) =>
        [.. findings
            .OrderBy(finding => finding.Place.File, StringComparer.Ordinal)
            .ThenBy(finding => finding.Place.Line)
            .ThenBy(finding => finding.Place.Column)];

    private void Add(Place place, bool isError, string message) =>
        _findings.Add(new Finding(place, isError, OneLine.Escape(message)));
}

/// <summary>One mistake, or one doubt.</summary>
internal readonly record struct Finding(Place Place, bool IsError, string Message);
