using System.Net;
using System.Net.Sockets;
using SmartSink.Commands;
using SmartSink.Testing;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Commands;

public sealed class TryCommandTests : IDisposable
{
    private const string Policy = """
        [[bounce."gmail.com"]]
        code = 550
        msg = "5.1.1 No such user\nsee the manual"
        [[defer."gmail.com"]]
        code = 451
        msg = "4.7.1 Later"
        stage = "data"
        [[defer."closes.example"]]
        code = 421
        msg = "4.7.0 Goodbye"
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task A_refusal_for_good_is_shown_with_its_whole_dialog()
    {
        await using var sink = await RunningSink.StartAsync(Policy);

        (await TryAsync(sink, "permfail@gmail.com", "--from", "me@me.example", "--helo", "me.example")).ShouldBe(TryCommand.PermFail);

        var lines = Lines();
        lines[0].ShouldStartWith("<- 220 sink.example ");
        lines[1].ShouldBe("-> EHLO me.example");
        lines[2].ShouldStartWith("<- 250-sink.example");
        lines.SkipWhile(line => !line.Contains("MAIL", StringComparison.Ordinal)).First().ShouldStartWith("-> MAIL FROM:<me@me.example>");
        lines.SkipWhile(line => !line.Contains("RCPT", StringComparison.Ordinal)).ShouldBe(
        [
            "-> RCPT TO:<permfail@gmail.com>",
            "<- 550-5.1.1 No such user",
            "<- 550 5.1.1 see the manual",
            "-> RSET",
            "<- 250 2.0.0 Ok",
            "-> QUIT",
            "<- 221 2.0.0 Bye",
            "permfail@gmail.com: permfail, refused permanently at RCPT with 550 5.1.1",
            "why: smartsink explain permfail@gmail.com",
        ]);
    }

    [Theory]
    [InlineData("250-user@gmail.com", 0, "250-user@gmail.com: accepted at end of data with 250 2.0.0")]
    [InlineData("tempfail@gmail.com", 4, "tempfail@gmail.com: tempfail, refused temporarily at end of data with 451 4.7.1")]
    [InlineData("tempfail@closes.example", 4, "tempfail@closes.example: tempfail, refused temporarily at RCPT with 421 4.7.0")]
    [InlineData("drop-user@gmail.com", 1, "drop-user@gmail.com: no answer: the sink closed the connection")]
    public async Task The_exit_code_tells_the_outcome(string recipient, int code, string verdict)
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        (await TryAsync(sink, recipient)).ShouldBe(code);
        Lines().ShouldContain(verdict);
    }

    [Fact]
    public async Task A_message_is_sent_whole_and_shown_by_its_beginning_and_its_end()
    {
        var file = _folder.Write("message.eml", string.Concat(Enumerable.Range(1, 20).Select(number => $".{number}\n")));
        await using var sink = await RunningSink.StartAsync();

        (await TryAsync(sink, "user@plain.example", "--from", "", "--message", file)).ShouldBe(0);

        var lines = Lines();
        lines.ShouldContain("-> MAIL FROM:<> SIZE=91");
        lines.SkipWhile(line => line != "-> DATA").Skip(2).Take(14).ShouldBe(
        [
            .. Enumerable.Range(1, 12).Select(number => $"-> ..{number}"),
            "-> (8 more lines, 91 bytes in all)",
            "-> .",
        ]);
        (await sink.ScrapeAsync()).Sum("smartsink_recipients_total", ("outcome", "accepted")).ShouldBe(1);
    }

    [Fact]
    public async Task An_address_beyond_ASCII_goes_by_SMTPUTF8()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        (await TryAsync(sink, "permfail-grüße@gmail.com")).ShouldBe(TryCommand.PermFail);
        Lines().ShouldContain(line => line.StartsWith("-> MAIL", StringComparison.Ordinal) && line.EndsWith(" SMTPUTF8", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_server_says_cannot_steer_the_terminal()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var serving = RefuseAsync(server);

        (await RunAsync("try", "a@b.example", "--target", $"{server.LocalEndpoint}")).ShouldBe(TryCommand.PermFail);
        await serving;

        Lines().ShouldBe(
        [
            "<- 554 5.7.1 \\u001B[31mred",
            "a@b.example: permfail, refused permanently on connecting with 554 5.7.1",
            "why: smartsink explain a@b.example",
        ]);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_waited_for_only_so_long()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        (await RunAsync("try", "a@b.example", "--target", $"{server.LocalEndpoint}", "--timeout", "100ms")).ShouldBe(1);
        Lines().ShouldBe(["a@b.example: no answer: no reply within 100ms"]);
    }

    [Theory]
    [InlineData("--target", "192.0.2.1:25", "--target: 192.0.2.1 is not a loopback address, and try connects to no others, so that no mail leaves this machine; traffic-gen can send elsewhere")]
    [InlineData("--target", "[2001:db8::1]:25", "--target: 2001:db8::1 is not a loopback address")]
    [InlineData("--target", "[::ffff:192.0.2.1]:25", "--target: ::ffff:192.0.2.1 is not a loopback address")]
    [InlineData("--target", "localhost", "--target: \"localhost\" is not a host and port")]
    [InlineData("--target", "localhost:0", "--target: \"localhost:0\" is not a host and port")]
    [InlineData("--from", "a\r\nRSET", "--from: contains a control character")]
    [InlineData("--helo", "", "--helo: is empty")]
    [InlineData("--message", "/none/such", "--message: /none/such: ")]
    [InlineData("--timeout", "soon", "--timeout: not a time")]
    public async Task A_mistake_is_one_line_and_nothing_is_sent(string option, string value, string line)
    {
        (await RunAsync("try", "a@b.example", option, value)).ShouldBe(2);
        _output.ToString().ShouldBeEmpty();
        _error.ToString().ShouldStartWith(line);
        _error.ToString().Count(letter => letter == '\n').ShouldBe(1);
    }

    [Fact]
    public async Task A_sink_that_does_not_run_is_told_in_one_line()
    {
        (await RunAsync("try", "a@b.example", "--target", "127.0.0.1:1")).ShouldBe(1);
        _error.ToString().ShouldStartWith("no sink answers at 127.0.0.1:1 (");
    }

    private static async Task RefuseAsync(TcpListener server)
    {
        using var client = await server.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("554 5.7.1 \u001b[31mred\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
    }

    private string[] Lines() => _output.ToString().TrimEnd().Split('\n');

    private Task<int> TryAsync(RunningSink sink, string recipient, params string[] arguments) =>
        RunAsync(["try", recipient, "--target", $"{sink.App.SmtpEndPoint}", .. arguments]);

    private Task<int> RunAsync(params string[] arguments) => CommandLine.RunAsync(arguments, _output, _error);
}
