using System.Text;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>Rows of cells in columns: the first columns flush left, the others flush right.</summary>
/// <param name="left">How many columns stand flush left.</param>
internal sealed class TextTable(int left)
{
    private const string Gap = "  ";
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; all rows have the same number of cells.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Adds the rows to a text, each as a line.</summary>
    public void AppendTo(StringBuilder text)
    {
        var widths = Enumerable.Range(0, _rows[0].Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
        {
            var cells = row.Select((cell, column) => column < left ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            text.Append(string.Join(Gap, cells).TrimEnd()).Append('\n');
        }
    }
}
