using System.Text;

namespace SmartSink.PeerBenchmarks.Reporting;

/// <summary>
/// Rows of texts and numbers, as Markdown and as what JSON is made of. A ratio to a run so short that the kernel counted no processor time is no
/// number: a dash, and null.
/// </summary>
internal sealed class ReportTable(string name, string[] columns)
{
    private readonly List<object[]> _rows = [];

    /// <summary>The rows' name in the JSON document.</summary>
    public string Name { get; } = name;

    /// <summary>The rows, each as column and value.</summary>
    public IEnumerable<Dictionary<string, object?>> Rows => _rows.Select(row => columns.Zip(row).ToDictionary(pair => pair.First, pair => IsNone(pair.Second) ? null : pair.Second));

    /// <summary>Adds a row: texts and numbers, one for each column.</summary>
    public void Add(params object[] cells) => _rows.Add(cells);

    /// <summary>Writes the table; a column of numbers is set to the right.</summary>
    public void AppendTo(StringBuilder text)
    {
        text.Append("| ").AppendJoin(" | ", columns).AppendLine(" |");
        text.Append("| ").AppendJoin(" | ", columns.Select((_, index) => _rows.Count > 0 && _rows[0][index] is double ? "---:" : "---")).AppendLine(" |");
        foreach (var row in _rows)
        {
            text.Append("| ").AppendJoin(" | ", row.Select(Cell)).AppendLine(" |");
        }
    }

    private static bool IsNone(object value) => value is double number && !double.IsFinite(number);

    private static string Cell(object value) => value switch
    {
        _ when IsNone(value) => "–",
        double number when Math.Abs(number) >= 100 => $"{number:N0}",
        double number when Math.Abs(number) >= 10 => $"{number:0.0}",
        double number => $"{number:0.00}",
        _ => value.ToString() ?? string.Empty,
    };
}
