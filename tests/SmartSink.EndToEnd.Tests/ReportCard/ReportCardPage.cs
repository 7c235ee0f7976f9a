using SmartSink.Testing;

namespace SmartSink.EndToEnd.Tests.ReportCard;

/// <summary>What docs/report-card.md tells of real senders: a table of grades, what cost them, and a report in full.</summary>
internal static class ReportCardPage
{
    private const string Heading = "## Real senders";
    private const string GradesHead = "| scenario |";
    private const string FindingsHead = "| sender | scenario |";
    private const string ReportHead = "Report card";

    private static readonly string Path = RepositoryRoot.Combine("docs", "report-card.md");

    /// <summary>Whether it is to be written anew, which takes half an hour.</summary>
    public static bool IsWritten { get; } = Environment.GetEnvironmentVariable("SMARTSINK_WRITE_REPORT_CARD") == "1";

    /// <summary>The grades on the page by scenario and sender.</summary>
    public static IReadOnlyDictionary<(string Scenario, string Sender), string> Grades()
    {
        var rows = File.ReadLines(Path).SkipWhile(line => line != Heading).SkipWhile(line => !line.StartsWith(GradesHead, StringComparison.Ordinal)).TakeWhile(line => line.StartsWith('|')).Select(Cells).ToList();
        return rows.Skip(3).SelectMany(row => row.Skip(1).Select((grade, at) => (Scenario: row[0].Trim('`'), Sender: rows[0][at + 1], Grade: grade)))
            .ToDictionary(cell => (cell.Scenario, cell.Sender), cell => cell.Grade);
    }

    public static void WriteGrades(IReadOnlyList<string> senders, IReadOnlyList<string> versions, IEnumerable<(string Scenario, IEnumerable<string> Grades)> rows) => Replace(
        GradesHead,
        [
            Row([GradesHead.Trim('|', ' '), .. senders]), Row(Enumerable.Repeat("---", senders.Count + 1)).Replace(" ", string.Empty, StringComparison.Ordinal), Row(["version", .. versions]),
            .. rows.Select(row => Row([$"`{row.Scenario}`", .. row.Grades])),
        ]);

    public static void WriteFindings(IEnumerable<(string Sender, string Scenario, string Rule, string Verdict, string Finding)> rows) =>
        Replace(
            FindingsHead,
            [
                $"{FindingsHead} rule | verdict | finding |", "|---|---|---|---|---|",
                .. rows.Select(row => Row([row.Sender, $"`{row.Scenario}`", $"`{row.Rule}`", row.Verdict, row.Finding.Replace("|", "\\|", StringComparison.Ordinal)])),
            ]);

    public static void WriteReport(string text) => Replace(ReportHead, text[text.IndexOf(ReportHead, StringComparison.Ordinal)..].TrimEnd().Split('\n'), line => line == "```");

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string[] Cells(string row) => [.. row.Trim('|').Split('|').Select(cell => cell.Trim())];

    /// <summary>Puts lines in the place of those from the first that begins so to the next empty one, or another end.</summary>
    private static void Replace(string head, IEnumerable<string> with, Predicate<string>? isEnd = null)
    {
        var lines = File.ReadAllLines(Path);
        var from = Array.FindIndex(lines, Math.Max(0, Array.IndexOf(lines, Heading)), line => line.StartsWith(head, StringComparison.Ordinal));
        from.ShouldBeGreaterThanOrEqualTo(0, $"the page has no line that begins with: {head}");
        var end = Array.FindIndex(lines, from, isEnd ?? (line => line.Length == 0));
        File.WriteAllText(Path, string.Join('\n', [.. lines[..from], .. with, .. lines[end..]]) + "\n");
    }
}
