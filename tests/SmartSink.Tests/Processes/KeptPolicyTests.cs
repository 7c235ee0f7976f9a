using System.Net;
using System.Text.Json;
using SmartSink.Testing;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Processes;

/// <summary>Once, a file with a mistake was kept out of a running sink, and ended the next start.</summary>
public sealed class KeptPolicyTests : IDisposable
{
    private const string Good = "include = [\"more/*.toml\"]\n[default]\nbounce = 100\n";
    private const string Bad = "[default]\nbounce = 101\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Policy => _folder.Combine("responses.toml");

    [Fact]
    public async Task A_start_with_a_mistake_goes_on_with_the_last_policy_in_force_and_says_so()
    {
        _folder.Write("responses.toml", Good);
        _folder.Write("more/a.toml", "[[bounce.\"*\"]]\ncode = 550\nmsg = \"5.1.1 kept\"\n");
        await using (var first = await SinkProcess.StartAsync(string.Empty, Settings()))
        {
            (await first.TerminateAsync()).ShouldBe(0, first.Output);
        }

        var kept = Directory.GetFiles(_folder.Combine("state"), "policy-*.json").ShouldHaveSingleItem();
        _folder.Write("responses.toml", Bad);
        File.Delete(_folder.Combine("more", "a.toml"));

        await using (var second = await SinkProcess.StartAsync(string.Empty, Settings()))
        {
            second.Output.ShouldContain($"ERR {Policy}(2,10): error: bounce = 101 ");
            second.Output.ShouldContain($"kept in {kept}");
            (await AnswerAsync(second)).ShouldBe("550 5.1.1 kept");
            var (status, ready) = await ReadyAsync(second);
            status.ShouldBe(HttpStatusCode.OK);
            ready.GetProperty("status").GetString().ShouldBe("degraded");
            ready.GetProperty("last_reload").GetProperty("result").GetString().ShouldBe("rejected");
            ready.GetProperty("last_reload").GetProperty("diagnostics")[0].GetString().ShouldNotBeNull().ShouldStartWith($"{Policy}(2,10): error: ");

            _folder.Write("responses.toml", "[default]\nbounce = 100\n[[bounce.\"*\"]]\ncode = 550\nmsg = \"5.1.1 mended\"\n");
            await second.SaysAsync(" is in force; ");
            (await AnswerAsync(second)).ShouldBe("550 5.1.1 mended");
            (await ReadyAsync(second)).Body.GetProperty("status").GetString().ShouldBe("ready");
            (await second.TerminateAsync()).ShouldBe(0, second.Output);
        }

        Directory.GetFiles(_folder.Combine("state"), "policy-*.json").ShouldHaveSingleItem().ShouldNotBe(kept);
        _folder.Write("responses.toml", Bad);
        var strict = await RunAsync(("SINK_STRICT_START", "on"));
        strict.ExitCode.ShouldBe(2, strict.ToString());
        strict.Error.ShouldStartWith($"{Policy}(2,10): error: ");
    }

    [Fact]
    public async Task A_kept_policy_that_was_cut_off_is_written_anew_and_one_that_cannot_be_read_is_told()
    {
        _folder.Write("responses.toml", "[default]\nbounce = 100\n");
        await StartAndEndAsync();
        var kept = Directory.GetFiles(_folder.Combine("state"), "policy-*.json").ShouldHaveSingleItem();
        var whole = File.ReadAllText(kept);
        foreach (var rest in (string[])[string.Empty, whole[..^5]])
        {
            File.WriteAllText(kept, rest);
            await StartAndEndAsync();
            File.ReadAllText(kept).ShouldBe(whole);
        }

        _folder.Write("responses.toml", Bad);
        File.WriteAllText(kept, "[{\"text\":]");
        var failed = await RunAsync();
        failed.ExitCode.ShouldBe(2, failed.ToString());
        failed.Output.ShouldContain($"WRN The policy kept in {kept} cannot be used: ");
        failed.Error.ShouldStartWith($"{Policy}(2,10): error: ");

        async Task StartAndEndAsync()
        {
            await using var sink = await SinkProcess.StartAsync(string.Empty, Settings());
            (await sink.TerminateAsync()).ShouldBe(0, sink.Output);
        }
    }

    private static async Task<string> AnswerAsync(SinkProcess sink)
    {
        using var client = await SmtpProbe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, sink.SmtpPort));
        await client.SayAsync("MAIL FROM:<a@b.example>");
        return (await client.SayAsync("RCPT TO:<c@example.com>")).TrimEnd();
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> ReadyAsync(SinkProcess sink)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(sink.Http, "/readyz"), TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }

    private Task<ToolResult> RunAsync(params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var variables = Settings();
        foreach (var (name, value) in environment)
        {
            variables[name] = value;
        }

        return Tool.RunAsync(SinkProcess.OwnCommand[0], SinkProcess.OwnCommand.Skip(1), environment: variables, folder: _folder.Path);
    }

    private Dictionary<string, string> Settings() => new(StringComparer.Ordinal)
    {
        ["SINK_PORT"] = "0",
        ["SINK_HTTP"] = "0",
        ["SINK_LISTEN"] = "127.0.0.1",
        ["SINK_STARTTLS"] = "off",
        ["SINK_DATA"] = Policy,
        ["SINK_STATE"] = _folder.Combine("state"),
    };
}
