using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SmartSink.PeerBenchmarks.Reporting;

/// <summary>Tables of measurements: Markdown on the standard output and in a file, and the same as JSON.</summary>
/// <param name="name">The files' name, without folder and ending.</param>
/// <param name="columns">The columns of the first table, which JSON calls <c>rows</c>.</param>
internal sealed class Report(string name, params string[] columns)
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        // Column names have µ and ÷ in them, and no page embeds the file.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Option<string> FolderOption = new("--output")
    {
        Description = "The folder for the table's files",
        DefaultValueFactory = _ => "PeerBenchmarks.Artifacts",
    };

    private readonly List<ReportTable> _tables = [new("rows", columns)];
    private readonly string _loadBefore = LoadAverage();

    /// <summary>Gives a command the option that is read here.</summary>
    public static void AddTo(Command command) => command.Add(FolderOption);

    /// <summary>The folder that the option names, made if need be.</summary>
    public static string Folder(ParseResult line) => Directory.CreateDirectory(line.GetRequiredValue(FolderOption)).FullName;

    /// <summary>Adds a row to the first table: texts and numbers, one for each column.</summary>
    public void Add(params object[] cells) => _tables[0].Add(cells);

    /// <summary>Adds a further table.</summary>
    /// <param name="rows">What JSON calls its rows.</param>
    /// <param name="itsColumns">Its columns.</param>
    public ReportTable AddTable(string rows, params string[] itsColumns)
    {
        var table = new ReportTable(rows, itsColumns);
        _tables.Add(table);
        return table;
    }

    /// <summary>Shows the tables and writes NAME.md and NAME.json.</summary>
    public async Task WriteAsync(ParseResult line)
    {
        var folder = Folder(line);
        var loadAfter = LoadAverage();
        var text = new StringBuilder();
        foreach (var table in _tables.Where(table => table.Rows.Any()))
        {
            table.AppendTo(text);
            text.AppendLine();
        }

        text.AppendLine($"{Environment.ProcessorCount} processors; load average before {_loadBefore}, after {loadAfter}");
        await line.InvocationConfiguration.Output.WriteAsync(text);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.md"), text.ToString());
        var document = new Dictionary<string, object>
        {
            ["name"] = name,
            ["machine"] = Machine(),
            ["processors"] = Environment.ProcessorCount,
            ["load average"] = new { before = _loadBefore, after = loadAfter },
        };
        foreach (var table in _tables)
        {
            document[table.Name] = table.Rows;
        }

        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.json"), JsonSerializer.Serialize(document, Readable));
    }

    /// <summary>Processes that ran or wanted to, over the last minute.</summary>
    private static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static string Machine() => $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.FrameworkDescription}";
}
