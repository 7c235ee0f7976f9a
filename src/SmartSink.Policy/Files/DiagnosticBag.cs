using SmartSink.Policy.Model;
using SmartSink.Shared;

namespace SmartSink.Policy.Files;

internal sealed class DiagnosticBag
{
    public const int MostDiagnostics = 1_000;

    /// <summary>The findings that are kept until they are sorted; beyond it they are only counted.</summary>
    private const int MostKept = 10 * MostDiagnostics;

    /// <summary>A message quotes what the file says, and a file may say a key of a million letters.</summary>
    private const int LongestMessage = 1_000;

    private readonly List<Finding> _errors = [];
    private readonly List<Finding> _warnings = [];
    private int _count;

    public bool HasErrors => _errors.Count > 0;

    public void Error(Place place, string message) => Add(_errors, place, isError: true, message);

    public void Warning(Place place, string message) => Add(_warnings, place, isError: false, message);

    /// <summary>
    /// All of them, sorted by file, line and column; those of one place in the order in which they were found. Of very many the first
    /// thousand, errors before warnings, and a remark how many there are more: a file that is no policy at all must not flood the log.
    /// </summary>
    public IReadOnlyList<Finding> Sorted()
    {
        if (_count <= MostDiagnostics)
        {
            return Sorted(_errors.Concat(_warnings));
        }

        var listed = Sorted(_errors).Concat(Sorted(_warnings)).ToList();
        var rest = _count - MostDiagnostics;
        return
        [
            .. Sorted(listed.Take(MostDiagnostics)),
            listed[MostDiagnostics] with { Message = $"{rest} more {(rest == 1 ? "finding is" : "findings are")} not listed" },
        ];
    }

    private static List<Finding> Sorted(IEnumerable<Finding> findings) =>
        [.. findings
            .OrderBy(finding => finding.Place.File, StringComparer.Ordinal)
            .ThenBy(finding => finding.Place.Line)
            .ThenBy(finding => finding.Place.Column)];

    private void Add(List<Finding> findings, Place place, bool isError, string message)
    {
        _count++;
        if (findings.Count < MostKept)
        {
            var shown = OneLine.Escape(message.Length <= LongestMessage ? message : message[..LongestMessage] + "…");
            findings.Add(new Finding(place, isError, shown));
        }
    }
}

/// <summary>One mistake, or one doubt.</summary>
internal readonly record struct Finding(Place Place, bool IsError, string Message);
