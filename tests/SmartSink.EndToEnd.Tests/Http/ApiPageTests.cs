using System.Net.Mail;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Http;

/// <summary>docs/api.md: every line of curl in it is run, and no call is left out.</summary>
public sealed partial class ApiPageTests
{
    private const string Place = "http://127.0.0.1:8000";
    private const string Token = "Token-of-the-test";

    private static readonly string Page = File.ReadAllText(RepositoryRoot.Combine("docs", "api.md"));

    [Fact]
    public async Task Every_command_does_what_it_is_there_for()
    {
        Requirement.Programs("curl");
        await using var sink = await SinkProcess.StartAsync(
            "include = [\"builtin:providers\"]\n", new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_API_TOKEN"] = Token, ["SINK_SAMPLE"] = "1/1" });
        await BeginRunAsync(sink);
        var blocks = Blocks().ToList();
        blocks.ShouldNotBeEmpty();
        foreach (var block in blocks)
        {
            var script = "curl() { command curl -sS --fail-with-body --max-time 120 \"$@\"; }\n" + block.Replace(Place, sink.Http.ToString().TrimEnd('/'), StringComparison.Ordinal);
            var run = await Tool.RunAsync("sh", ["-e", "-c", script], environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["TOKEN"] = Token }, folder: RepositoryRoot.Path);
            run.ExitCode.ShouldBe(0, $"{block}\n{run}");
        }
    }

    [Fact]
    public async Task Every_call_stands_there_with_a_command()
    {
        await using var sink = await SinkProcess.StartAsync(string.Empty);
        using var http = new HttpClient();
        using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri(sink.Http, "/openapi/v1.json"), TestContext.Current.CancellationToken));
        var calls = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(call => (Method: call.Name.ToUpperInvariant(), Path: path.Name))).ToList();
        var shown = Blocks().SelectMany(block => Command().Matches(block.Replace("\\\n", " ", StringComparison.Ordinal))).Select(match => match.Value).Select(line => (Method: MethodOf(line), Path: Url().Match(line).Groups[1].Value)).ToList();

        calls.Count.ShouldBeGreaterThanOrEqualTo(4);
        calls.Where(call => !shown.Exists(line => line.Method == call.Method && IsPath(line.Path, call.Path))).ShouldBeEmpty();
        shown.Where(line => line.Path != "/openapi/v1.json" && !calls.Exists(call => line.Method == call.Method && IsPath(line.Path, call.Path))).ShouldBeEmpty("what is shown there is");
    }

    /// <summary>Has the ledger know the run that the page asks for.</summary>
    private static async Task BeginRunAsync(SinkProcess sink)
    {
        using var http = new HttpClient();
        using var body = new StringContent("{\"on\": true}", Encoding.UTF8, "application/json");
        (await http.PutAsync(new Uri(sink.Http, "/api/v1/ledger"), body, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        using var mail = new SmtpClient("127.0.0.1", sink.SmtpPort);
        await mail.SendMailAsync("test+nightly-7/0@client.example", "joe@yahoo.com", "test", "hello", TestContext.Current.CancellationToken);
    }

    private static IEnumerable<string> Blocks() => Page.Split("```").Where((_, index) => index % 2 == 1).Where(block => block.StartsWith("sh\ncurl ", StringComparison.Ordinal)).Select(block => block[3..]);

    private static string MethodOf(string line) => Method().Match(line) is { Success: true } given ? given.Groups[1].Value : Data().IsMatch(line) ? "POST" : "GET";

    private static bool IsPath(string path, string template) => Regex.IsMatch(path, $"^{Regex.Replace(template, @"\{\w+\}", "[^/]+", RegexOptions.CultureInvariant, Forever)}$", RegexOptions.CultureInvariant, Forever);

    private static readonly TimeSpan Forever = TimeSpan.FromMinutes(1);

    [GeneratedRegex(@"curl [^\n]*", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Command();

    [GeneratedRegex(Place + @"(/[^?\s""']*)", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Url();

    [GeneratedRegex(@"-X (\w+)", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Method();

    [GeneratedRegex(@" (-d|--data\S*) ", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Data();
}
