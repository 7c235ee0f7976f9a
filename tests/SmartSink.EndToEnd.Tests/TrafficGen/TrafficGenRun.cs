using System.Text.Json;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.TrafficGen;

/// <summary>One run of the built traffic-gen: its exit code, what it printed, and its JSON report.</summary>
internal sealed record TrafficGenRun(ToolResult Result, JsonElement Report)
{
    private static readonly IReadOnlyList<string> Program = BuiltProgram.Command("traffic-gen");

    /// <summary>Runs it to its end.</summary>
    public static async Task<TrafficGenRun> StartAsync(params IEnumerable<string> arguments)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Combine("report.json");
        var result = await Tool.RunAsync(Program[0], [.. Program.Skip(1), .. arguments, "--report", file]);
        File.Exists(file).ShouldBeTrue(result.ToString());
        var report = await File.ReadAllTextAsync(file);
        report.ShouldNotBeEmpty(result.ToString());
        return new TrafficGenRun(result, JsonSerializer.Deserialize<JsonElement>(report));
    }

    /// <summary>A number of the report: <c>messages.accepted</c>.</summary>
    public long Number(string path) => path.Split('.').Aggregate(Report, (element, name) => element.GetProperty(name)).GetInt64();

    /// <summary>The recipients that got an answer: <c>rcpt 550</c>, 3.</summary>
    public Dictionary<string, long> Answers() => Report.GetProperty("answers").EnumerateArray().ToDictionary(
        answer => $"{answer.GetProperty("stage").GetString()} {answer.GetProperty("code").GetInt32()}",
        answer => answer.GetProperty("recipients").GetInt64(),
        StringComparer.Ordinal);

    /// <summary>Fails with all that was printed unless the process ended so.</summary>
    public void ShouldEndWith(int exitCode) => Result.ExitCode.ShouldBe(exitCode, Result.ToString());
}
