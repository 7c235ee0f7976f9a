using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Swaks;

/// <summary>Listeners of other kinds, and who stands between client and sink, by a client that is not of this project.</summary>
public sealed class ListenerTests
{
    private const string Policy = """
        [default]
        bounce = 0
        defer = 0

        [[bounce."yahoo.com"]]
        code = 554
        msg = "5.7.1 {recipient} takes nothing from {client_ip}"
        stage = "data"
        """;

    [Fact]
    public async Task LMTP_has_a_reply_for_each_recipient()
    {
        var result = await SendAsync("one@gmail.com,permfail@yahoo.com,two@gmail.com", [("SINK_PROTOCOL", "lmtp")], "--protocol", "LMTP");

        var replies = result.Output.Split('\n').SkipWhile(line => !line.Contains(" -> .", StringComparison.Ordinal)).Skip(1).Take(3).ToList();
        replies[0].ShouldContain("250 2.0.0 Ok");
        replies[1].ShouldContain("554 5.7.1 permfail@yahoo.com takes nothing from 127.0.0.1");
        replies[2].ShouldContain("250 2.0.0 Ok");
    }

    [Theory]
    [InlineData("own")]
    [InlineData("smtpserver")]
    public async Task A_Unix_socket_is_as_good_as_a_port(string engine)
    {
        using var folder = new TemporaryFolder();
        var socket = folder.Combine("smartsink.sock");
        var result = await SendAsync("permfail@yahoo.com,one@gmail.com", [("SINK_LISTEN", $"unix:{socket}"), ("SINK_ENGINE", engine)], "--socket", socket, "--tls");

        result.Output.ShouldContain("TLS started with cipher");
        result.Output.ShouldContain("554 5.7.1 permfail@yahoo.com takes nothing from 127.0.0.1");
    }

    [Fact]
    public async Task XCLIENT_tells_the_clients_address()
    {
        var result = await SendAsync(
            "permfail@yahoo.com",
            [("SINK_XCLIENT_NETWORKS", "127.0.0.0/8")],
            "--xclient-addr", "192.0.2.7", "--xclient-port", "49152", "--xclient-name", "client.test", "--xclient-helo", "client.test", "--xclient-proto", "ESMTP");

        result.Output.ShouldContain("<-  220 ");
        result.Output.ShouldContain("<** 554 5.7.1 permfail@yahoo.com takes nothing from 192.0.2.7");
    }

    [Fact]
    public async Task XCLIENT_is_not_for_everybody()
    {
        var result = await SendAsync("anyone@gmail.com", [], "--xclient", "ADDR=192.0.2.7", "--xclient-no-verify");

        result.ExitCode.ShouldNotBe(0);
        result.ToString().ShouldContain("*** Host did not advertise XCLIENT");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task The_PROXY_protocol_tells_the_clients_address(string version)
    {
        string[] protocol = version == "2" ? ["--proxy-family", "AF_INET", "--proxy-protocol", "STREAM", "--proxy-command", "PROXY"] : ["--proxy-family", "TCP4"];
        var result = await SendAsync(
            "permfail@yahoo.com",
            [("SINK_PROXY", $"v{version}")],
            ["--proxy-version", version, .. protocol, "--proxy-source", "192.0.2.7", "--proxy-source-port", "49152", "--proxy-dest", "198.51.100.25", "--proxy-dest-port", "25"]);

        result.Output.ShouldContain("<** 554 5.7.1 permfail@yahoo.com takes nothing from 192.0.2.7");
    }

    [Fact]
    public async Task Implicit_TLS_greets_behind_the_handshake()
    {
        var result = await SendAsync("anyone@gmail.com", [("SINK_TLS", "implicit")], "--tls-on-connect");

        result.ExitCode.ShouldBe(0, result.ToString());
        result.Output.ShouldContain("TLS started with cipher");
    }

    private static Task<ToolResult> SendAsync(string recipients, (string Key, string Value)[] settings, params string[] more) =>
        SwaksClient.SendAsync(Policy, recipients, settings.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal), more);
}
