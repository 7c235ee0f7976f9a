using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using SmartSink.Smtp.Replies;
using SmartSink.Testing;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Connections;
using SmartSink.Tests.Hosting;
using SmartSink.Transport;

namespace SmartSink.Tests.Processes;

public sealed class SinkProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_bad_policy_ends_the_start_with_2_and_all_its_mistakes()
    {
        var file = _folder.Write("responses.toml", "[default]\nbounce = 101\ndefer = \"x\"\n");

        var result = await RunAsync();

        result.ExitCode.ShouldBe(2, result.ToString());
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2, result.ToString());
        lines[0].ShouldStartWith($"{file}(2,10): error: ");
        lines[1].ShouldStartWith($"{file}(3,9): error: ");
    }

    [Fact]
    public async Task Without_a_file_at_the_default_path_the_built_in_policy_holds_until_there_is_one()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_DATA"] = "", ["SINK_DEFAULT_BOUNCE"] = "100", ["SINK_DEFAULT_DEFER"] = "0" };
        await using var sink = await SinkProcess.StartAsync("", environment, ["env", "-C", _folder.Path, .. SinkProcess.OwnCommand]);
        sink.Output.ShouldContain("There is no policy/responses.toml, so the built-in policy is used");
        (await EntriesAsync(sink)).ShouldBeGreaterThan(100);

        _folder.Write("new/responses.toml", "[default]\nbounce = 0\n[[bounce.\"*\"]]\ncode = 550\nmsg = \"5.1.1 from disk\"\n");
        Directory.Move(_folder.Combine("new"), _folder.Combine("policy"));
        await ReloadAsync(sink, "applied");

        (await EntriesAsync(sink)).ShouldBe(1);
        using var client = await SmtpProbe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, sink.SmtpPort));
        (await client.SayAsync("MAIL FROM:<>")).ShouldStartWith("250 ");
        (await client.SayAsync("RCPT TO:<x@gmail.com>")).ShouldBe("550 5.1.1 from disk");

        // Now its end is a mistake.
        Directory.Delete(_folder.Combine("policy"), recursive: true);
        await ReloadAsync(sink, "rejected");
        (await EntriesAsync(sink)).ShouldBe(1);
    }

    [Fact]
    public async Task A_bad_setting_ends_the_start_with_2_and_one_line()
    {
        var result = await RunAsync(("SINK_PORT", "abc"));
        result.ExitCode.ShouldBe(2, result.ToString());
        result.Error.ShouldBe("SINK_PORT: \"abc\" is not a port (0 to 65535)\n");
        result.Output.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("SINK_PORT")]
    [InlineData("SINK_HTTP")]
    public async Task A_port_in_use_ends_the_start_with_1_and_one_line(string key)
    {
        _folder.Write("responses.toml", "");
        using var taken = ListenSocket.Open(new IPEndPoint(IPAddress.Loopback, 0), backlog: 1);
        var endPoint = (IPEndPoint)taken.LocalEndPoint!;

        var result = await RunAsync((key, $"{endPoint.Port}"));

        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldBe($"{key}: cannot listen on {endPoint}: the port is in use\n");
        result.Output.ShouldNotContain("Exception");
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task A_signal_ends_it_gracefully_with_0(int signal)
    {
        // A shell's background job ignores SIGINT, and hands that on to its children: here the sink starts as in the foreground.
        await using var sink = await SinkProcess.StartAsync("", command: ["env", "--default-signal=INT", .. SinkProcess.OwnCommand]);
        using var client = await SmtpProbe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, sink.SmtpPort));

        var exit = sink.TerminateAsync(signal);

        (await client.HearAsync()).ShouldStartWith("421 4.3.2 ");
        (await client.HearAsync()).ShouldBeEmpty();
        (await exit).ShouldBe(0, sink.Output);
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task A_second_signal_ends_it_at_once(int signal)
    {
        await using var sink = await SinkProcess.StartAsync(
            "", new Dictionary<string, string> { ["SINK_SHUTDOWN_TIMEOUT"] = "1h" }, ["env", "--default-signal=INT", .. SinkProcess.OwnCommand]);
        using var client = await SmtpProbe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, sink.SmtpPort));
        await client.SayAsync("MAIL FROM:<a@b.example>");
        var exit = sink.TerminateAsync(Signal.Terminate);
        await Patience.UntilAsync(() => Task.FromResult(sink.Output.Contains("SMTP is stopping", StringComparison.Ordinal)));
        exit.IsCompleted.ShouldBeFalse("a transaction is open");

        // One that follows too soon is taken for the first.
        while (!exit.IsCompleted)
        {
            try
            {
                Signal.Send(sink.Id, signal);
            }
            catch (Win32Exception)
            {
                // It has just ended.
            }

            await Task.WhenAny(exit, Task.Delay(SmartSink.Shared.StopRequests.Echo, TestContext.Current.CancellationToken));
        }

        (await exit).ShouldBe(128 + signal, sink.Output);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(SmartSink.Shared.DescriptorLimit.Reserve)]
    public async Task Too_low_a_limit_on_open_files_ends_the_start_with_2_and_one_line(int limit)
    {
        _folder.Write("responses.toml", "");
        var result = await Tool.RunAsync("sh", ["-c", $"ulimit -n {limit}; exec \"$0\" \"$@\"", .. SinkProcess.OwnCommand], environment: Settings());
        result.ExitCode.ShouldBe(2, result.ToString());
        result.Error.ShouldBe($"The limit of {limit} open files is too low: at least 385 are needed; raise it (ulimit -n)\n");
        result.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_lowest_limit_on_open_files_leaves_room_for_one_connection()
    {
        const int Least = SmartSink.Shared.DescriptorLimit.Least;
        await using var sink = await SinkProcess.StartAsync("", command: ["sh", "-c", $"ulimit -n {Least}; exec \"$0\" \"$@\"", .. SinkProcess.OwnCommand]);
        sink.Output.ShouldContain($"The limit of {Least} open files leaves room for 1 SMTP connections");
        using (var client = await SmtpProbe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, sink.SmtpPort)))
        {
            (await client.SayAsync("MAIL FROM:<a@b.example>")).ShouldStartWith("250 ");
        }

        (await sink.TerminateAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_signal_during_the_start_is_a_stop_and_no_defect()
    {
        _folder.Write("responses.toml", "");
        var start = new ProcessStartInfo(SinkProcess.OwnCommand[0], SinkProcess.OwnCommand.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Settings())
        {
            start.Environment[name] = value;
        }

        using var sink = Process.Start(start)!;
        var error = sink.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (await sink.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("accepts SMTP on", StringComparison.Ordinal))
        {
        }

        // HTTP is still being built, or has just been.
        Signal.Send(sink.Id, Signal.Terminate);
        var rest = sink.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        (await error).ShouldBeEmpty();
        await rest;
        await sink.WaitForExitAsync(TestContext.Current.CancellationToken);
        sink.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_variable_that_is_no_setting_is_warned_of()
    {
        await using var sink = await SinkProcess.StartAsync("", new Dictionary<string, string> { ["SINK_MAX_ERROR"] = "5" });
        (await sink.TerminateAsync()).ShouldBe(0);
        sink.Output.ShouldContain("WRN SINK_MAX_ERROR is not a setting, did you mean \"SINK_MAX_ERRORS\"?");
    }

    [Fact]
    public async Task The_log_shows_each_message_with_its_id_in_JSON_when_asked()
    {
        var json = new Dictionary<string, string> { ["SINK_LOG_FORMAT"] = "json", ["SINK_LOG_LEVEL"] = "Debug" };
        await using var sink = await SinkProcess.StartAsync("", json);
        string reply;
        using (var client = await SmtpProbe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, sink.SmtpPort)))
        {
            await client.SayAsync("MAIL FROM:<a@b.example>");
            (await client.SayAsync("RCPT TO:<permfail@example.com>")).ShouldStartWith("550 ");
            await client.SayAsync("RCPT TO:<c@example.com>");
            await client.SayAsync("DATA");
            reply = await client.SayAsync("hello\r\n.");
        }

        (await sink.TerminateAsync()).ShouldBe(0);

        var events = sink.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var message = Find("Message ");
        reply.ShouldContain(message.GetProperty("Id").GetString()!);
        message.GetProperty("Outcome").GetString().ShouldBe("accepted");
        var refusal = Find("Refused ");
        refusal.GetProperty("Recipient").GetString().ShouldBe("permfail@example.com");
        refusal.GetProperty("Reply").GetString()!.ShouldStartWith("550 5.");
        ReplyLabels.Words.ShouldContain(refusal.GetProperty("Label").GetString());

        JsonElement Find(string start) => events
            .Single(line => line.GetProperty("RenderedMessage").GetString()!.StartsWith(start, StringComparison.Ordinal))
            .GetProperty("Properties");
    }

    [Theory]
    [InlineData("SINK_PORT", "abc", "SINK_PORT: \"abc\" is not a port (0 to 65535)")]
    [InlineData("SINK_HOSTNAME", "sink.test", "bounce = 101")]
    public async Task The_mistakes_of_a_start_are_JSON_when_the_log_is(string setting, string value, string mistake)
    {
        _folder.Write("responses.toml", "[default]\nbounce = 101\n");
        var result = await RunAsync(("SINK_LOG_FORMAT", "json"), (setting, value));
        result.ExitCode.ShouldBe(2, result.ToString());
        var line = JsonDocument.Parse(result.Error.TrimEnd('\n')).RootElement;
        line.GetProperty("Level").GetString().ShouldBe("Fatal");
        line.GetProperty("RenderedMessage").GetString().ShouldNotBeNull().ShouldContain(mistake);
        line.GetProperty("Timestamp").GetDateTimeOffset().Year.ShouldBeGreaterThan(2000);
    }

    private static async Task<double> EntriesAsync(SinkProcess sink) => (await sink.MetricsAsync()).Sum("smartsink_policy_entries");

    private static async Task ReloadAsync(SinkProcess sink, string result)
    {
        while (true)
        {
            var metrics = await sink.MetricsAsync();
            if (metrics.Sum("smartsink_policy_reloads_total", ("result", result)) > 0
                && metrics.Sum("smartsink_policy_last_reload_successful") == (result == "rejected" ? 0 : 1))
            {
                return;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private Task<ToolResult> RunAsync(params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var variables = Settings();
        foreach (var (name, value) in environment)
        {
            variables[name] = value;
        }

        return Tool.RunAsync(SinkProcess.OwnCommand[0], SinkProcess.OwnCommand.Skip(1), environment: variables);
    }

    private Dictionary<string, string> Settings() => new(StringComparer.Ordinal)
    {
        ["SINK_PORT"] = "0",
        ["SINK_HTTP"] = "0",
        ["SINK_LISTEN"] = "127.0.0.1",
        ["SINK_DATA"] = _folder.Combine("responses.toml"),
        ["SINK_STATE"] = _folder.Combine("state"),
    };
}
