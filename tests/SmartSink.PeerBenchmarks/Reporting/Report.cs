using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace SmartSink.PeerBenchmarks.Reporting;

/// <summary>A table of measurements: Markdown on the standard output and in a file, and the same as JSON.</summary>
internal sealed class Report(string name, params string[] columns)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly Option<string> FolderOption = new("--output")
    {
        Description = "The folder for the table's files",
        DefaultValueFactory = _ => "PeerBenchmarks.Artifacts",
    };

    private readonly List<object[]> _rows = [];

    /// <summary>Gives a command the option that is read here.</summary>
    public static void AddTo(Command command) => command.Add(FolderOption);

    /// <summary>Adds a row: texts and numbers, one for each column.</summary>
    public void Add(params object[] cells) => _rows.Add(cells);

    /// <summary>Shows the table and writes NAME.md and NAME.json.</summary>
    public async Task WriteAsync(ParseResult line)
    {
        var folder = Directory.CreateDirectory(line.GetRequiredValue(FolderOption)).FullName;
        var text = Markdown();
        await line.InvocationConfiguration.Output.WriteAsync(text);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.md"), text);
        var document = new
        {
            name,
            machine = Machine(),
            processors = Environment.ProcessorCount,
            rows = _rows.Select(row => columns.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second)),
        };
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.json"), JsonSerializer.Serialize(document, Indented));
    }

    private static string Machine() => $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.FrameworkDescription}";

    private static string Cell(object value) => value switch
    {
        double number when Math.Abs(number) >= 100 => $"{number:N0}",
        double number when Math.Abs(number) >= 10 => $"{number:0.0}",
        double number => $"{number:0.00}",
        _ => value.ToString() ?? string.Empty,
    };

    private string Markdown()
    {
        var text = new StringBuilder();
        text.Append("| ").AppendJoin(" | ", columns).AppendLine(" |");
        text.Append("| ").AppendJoin(" | ", columns.Select((_, index) => _rows.Count > 0 && _rows[0][index] is double ? "---:" : "---")).AppendLine(" |");
        foreach (var row in _rows)
        {
            text.Append("| ").AppendJoin(" | ", row.Select(Cell)).AppendLine(" |");
        }

        return text.ToString();
    }
}
