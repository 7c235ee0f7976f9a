using System.Net;
using SmartSink.Testing;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Processes;

/// <summary>Once, a FIFO in the place of a file was read for ever: nothing was reloaded any more, and SIGTERM did not end the process.</summary>
public sealed class OddFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_FIFO_over_the_policy_is_told_and_neither_stops_reloading_nor_the_end()
    {
        await using var sink = await SinkProcess.StartAsync("[default]\nbounce = 0\n");
        var fifo = sink.PolicyFile + ".fifo";
        await MakeFifoAsync(fifo);
        File.Move(fifo, sink.PolicyFile, overwrite: true);
        await sink.SaysAsync("cannot be read: it is a FIFO, not a regular file");

        sink.ReplacePolicy("include = [\"/dev/urandom\"]\n[default]\nbounce = 100\n");
        await sink.SaysAsync("/dev/urandom cannot be read: it is a device, not a regular file");

        await sink.ChangePolicyAsync("[default]\nbounce = 100\n");
        using var client = await SmtpProbe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, sink.SmtpPort));
        await client.SayAsync("MAIL FROM:<a@b.example>");
        (await client.SayAsync("RCPT TO:<c@example.com>")).ShouldStartWith("550 ");

        await MakeFifoAsync(fifo);
        File.Move(fifo, sink.PolicyFile, overwrite: true);
        (await sink.TerminateAsync()).ShouldBe(0, sink.Output);
    }

    [Theory]
    [InlineData("SINK_DATA", "{0}(1,1): error: cannot be read: it is a FIFO, not a regular file")]
    [InlineData("SINK_AUTH_USERS", "SINK_AUTH_USERS: {0}: it is a FIFO, not a regular file")]
    [InlineData("SINK_TLS_CERT", "SINK_TLS_CERT: {0}: it is a FIFO, not a regular file")]
    public async Task A_FIFO_at_the_start_is_a_mistake(string setting, string line)
    {
        var fifo = _folder.Combine("fifo");
        await MakeFifoAsync(fifo);
        var result = await RunAsync(_folder.Path, (setting, fifo));
        result.ExitCode.ShouldBe(2, result.ToString());
        result.Error.ShouldBe(string.Format(line, fifo) + "\n");
    }

    [Fact]
    public async Task A_FIFO_for_the_settings_is_a_mistake()
    {
        await MakeFifoAsync(_folder.Combine("appsettings.json"));
        var result = await RunAsync(_folder.Path);
        result.ExitCode.ShouldBe(2, result.ToString());
        result.Error.ShouldBe($"{_folder.Combine("appsettings.json")}: it is a FIFO, not a regular file\n");
    }

    [Fact]
    public async Task A_FIFO_that_is_checked_is_a_mistake()
    {
        var fifo = _folder.Combine("fifo");
        await MakeFifoAsync(fifo);
        var result = await Tool.RunAsync(SinkProcess.OwnCommand[0], [.. SinkProcess.OwnCommand.Skip(1), "check", fifo]);
        result.ExitCode.ShouldBe(1, result.ToString());
        result.Error.ShouldBe($"{fifo}(1,1): error: cannot be read: it is a FIFO, not a regular file\n");
    }

    private static async Task MakeFifoAsync(string path) => (await Tool.RunAsync("mkfifo", [path])).ExitCode.ShouldBe(0);

    private Task<ToolResult> RunAsync(string folder, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SINK_PORT"] = "0",
            ["SINK_HTTP"] = "0",
            ["SINK_LISTEN"] = "127.0.0.1",
            ["SINK_DATA"] = _folder.Write("responses.toml", string.Empty),
            ["SINK_STATE"] = _folder.Combine("state"),
        };
        foreach (var (name, value) in environment)
        {
            variables[name] = value;
        }

        return Tool.RunAsync(SinkProcess.OwnCommand[0], SinkProcess.OwnCommand.Skip(1), environment: variables, folder: folder);
    }
}
