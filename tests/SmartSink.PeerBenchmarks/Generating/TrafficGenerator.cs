using System.CommandLine;
using System.Text.Json;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Generating;

/// <summary>The project's own load generator.</summary>
/// <param name="program">How it is started.</param>
internal sealed class TrafficGenerator(IReadOnlyList<string> program) : ILoadGenerator
{
    private static readonly Option<string?> ProgramOption = new("--generator")
    {
        Description = "traffic-gen.dll or a published traffic-gen; the one that was built with the benchmark unless told",
    };

    /// <inheritdoc/>
    public string Name => "traffic-gen";

    /// <summary>Gives a command the option that is read here.</summary>
    public static void AddTo(Command command) => command.Add(ProgramOption);

    /// <summary>Reads it.</summary>
    public static TrafficGenerator Read(ParseResult line) => new(
        line.GetValue(ProgramOption) is { } path ? BuiltProgram.CommandOf(path) : BuiltProgram.Command("traffic-gen"));

    /// <inheritdoc/>
    public IReadOnlyList<string> Command(int port, GeneratorLoad load) =>
    [
        .. program, "--target", $"127.0.0.1:{port}", "--concurrency", $"{load.Connections}", "--message-count", $"{load.Messages}",
        "--body-size", $"{load.Bytes}", .. load.Kept ? Array.Empty<string>() : ["--messages-per-connection", "1"],
    ];

    /// <summary>Sends a load to its end, refused or not.</summary>
    /// <returns>What became of it.</returns>
    /// <exception cref="InvalidOperationException">It could not run.</exception>
    public async Task<GeneratorReport> RunAsync(int port, GeneratorLoad load, IEnumerable<string> flags)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Combine("report.json");
        string[] more = ["--keep-going", "--seed", "1", "--report", file, .. flags];
        var command = Command(port, load);
        var result = await Tool.RunAsync(command[0], [.. command.Skip(1), .. more], timeout: TimeSpan.FromMinutes(10));
        if (result.ExitCode is not (0 or 1) || !File.Exists(file))
        {
            throw new InvalidOperationException($"traffic-gen: {result}");
        }

        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        var recipients = document.RootElement.GetProperty("recipients");
        return new GeneratorReport(
            recipients.GetProperty("accepted").GetInt64(),
            recipients.GetProperty("tempfail").GetInt64(),
            recipients.GetProperty("permfail").GetInt64(),
            document.RootElement.GetProperty("messages").GetProperty("given_up").GetInt64(),
            document.RootElement.GetProperty("faults").EnumerateArray().Where(IsClosed).Sum(fault => fault.GetProperty("count").GetInt64()),
            TimeSpan.FromSeconds(document.RootElement.GetProperty("seconds").GetDouble()));
    }

    private static bool IsClosed(JsonElement fault) => fault.GetProperty("fault").GetString() is "closed" or "service_closing";
}
