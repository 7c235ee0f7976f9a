using System.Text.Json;
using SmartSink.Testing;
using SmartSink.TrafficGen.Tests.Options;

namespace SmartSink.TrafficGen.Tests.Sending;

public sealed class InjectFlagTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CommandLineFixture _program = new();

    public void Dispose()
    {
        _folder.Dispose();
        _program.Dispose();
    }

    [Theory]
    [InlineData("--http localhost:8000", "--http: \"localhost:8000\" is not a URL")]
    [InlineData("--http-batch-size 5", "--http-batch-size: has no effect without --http")]
    [InlineData("--http-defer-spool", "--http-defer-spool: has no effect without --http")]
    [InlineData("--http-defer-generation", "--http-defer-generation: has no effect without --http")]
    [InlineData("--http http://localhost --http-batch-size 0", "--http-batch-size: \"0\" is not a whole number")]
    [InlineData("--http http://localhost --target localhost:25", "--target: cannot be used with --http")]
    [InlineData("--http http://localhost --starttls", "--starttls: cannot be used with --http")]
    [InlineData("--http http://localhost --tls", "--tls: cannot be used with --http")]
    [InlineData("--http http://localhost --helo a.example", "--helo: cannot be used with --http")]
    [InlineData("--http http://localhost --source-ip 127.0.0.1", "--source-ip: cannot be used with --http")]
    [InlineData("--http http://localhost --messages-per-connection 3", "--messages-per-connection: cannot be used with --http")]
    [InlineData("--http http://localhost --recipients-per-message 3", "--recipients-per-message: cannot be used with --http")]
    [InlineData("--http http://localhost --proxy-protocol v1", "--proxy-protocol: cannot be used with --http")]
    [InlineData("--http http://localhost --pipelining", "--pipelining: cannot be used with --http")]
    [InlineData("--http http://localhost --chunking", "--chunking: cannot be used with --http")]
    [InlineData("--http http://localhost --smtputf8", "--smtputf8: cannot be used with --http")]
    [InlineData("--http http://localhost --verify http://localhost:8000", "--verify: needs --verify-relayed with --http")]
    [InlineData("--http http://mta.example.com:8000", "--http: mta.example.com is not this machine and there is no --domain-suffix")]
    public async Task A_mistake_is_one_line_that_names_the_flags(string arguments, string line)
    {
        (await _program.RunAsync(arguments.Split(' '))).ShouldBe(2);

        _program.Asked.ShouldBeNull();
        _program.Error.ShouldStartWith(line);
        _program.Error.TrimEnd('\n').ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("--http http://mta.example.com:8000 --domain-suffix sink.test")]
    [InlineData("--http http://mta.example.com:8000 --i-know-where-this-goes")]
    [InlineData("--http http://[::1]:8000")]
    public async Task Mail_that_cannot_get_astray_needs_no_consent(string arguments)
    {
        await _program.RunAsync(arguments.Split(' '));
        _program.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_flags_are_taken_over()
    {
        await _program.RunAsync("--http", "http://me:secret@127.0.0.1:8000", "--http-batch-size", "50", "--http-defer-spool", "--http-defer-generation", "--auth", "me:secret");

        var options = _program.Asked.ShouldNotBeNull();
        (options.Http, options.RecipientsPerMessage, options.HttpDeferSpool, options.HttpDeferGeneration)
            .ShouldBe((new Uri("http://me:secret@127.0.0.1:8000"), 50, true, true));
        options.Destination.ShouldBe("http://127.0.0.1:8000/");
    }

    [Fact]
    public async Task A_run_by_HTTP_has_the_same_report()
    {
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync());
        var file = _folder.Combine("report.json");

        var code = await _program.RunAsync(
            TrafficRun.RunAsync,
            "--http", $"http://127.0.0.1:{server.EndPoint.Port}", "--http-batch-size", "4", "--message-count", "5", "--concurrency", "2", "--report", file,
            "--throttle", "1000/s", "--fail-if", "permfail>0,io_errors>0,request.p99>60s,recipients_accepted<20");

        code.ShouldBe(0);
        _program.Output.ShouldContain($" to http://127.0.0.1:{server.EndPoint.Port}/, ");
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        report.RootElement.GetProperty("messages").GetProperty("accepted").GetInt32().ShouldBe(5);
        report.RootElement.GetProperty("recipients").GetProperty("accepted").GetInt32().ShouldBe(20);
        report.RootElement.GetProperty("latency").EnumerateArray().Select(stage => stage.GetProperty("stage").GetString()).ShouldBe(["connect", "request", "transaction"]);
    }

    [Fact]
    public async Task A_run_that_no_try_can_mend_says_why_and_ends_with_1()
    {
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync(_ => HttpDialog.Answer(404, string.Empty)));
        var url = $"http://127.0.0.1:{server.EndPoint.Port}/";

        (await _program.RunAsync(TrafficRun.RunAsync, "--http", url, "--message-count", "5", "--keep-going", "--concurrency", "1")).ShouldBe(1);

        _program.Error.ShouldEndWith($"{url} does not accept messages: HTTP 404\n");
        _program.Output.ShouldContain($"seed 0, failed: {url} does not accept messages: HTTP 404\n");
    }
}
