using System.Net;
using System.Net.Sockets;
using System.Text;
using SmartSink.Hosting;
using SmartSink.Settings;
using SmartSink.Testing;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Http;

/// <summary>The gate as clients meet it.</summary>
public sealed class ApiGateRequestTests
{
    private const string Token = "Secret-of-7";

    [Theory]
    [InlineData("GET", "/api/v1/policy", "127.0.0.1", "", 200)]
    [InlineData("HEAD", "/api/v1/policy", "localhost:8000", "", 200)]
    [InlineData("GET", "/api/v1/policy", "smartsink:8000", "", 200)]
    [InlineData("GET", "/api/v1/policy", "sink.example", "", 200)]
    [InlineData("GET", "/api/v1/policy", "sink.corp.example:8000", "", 200)]
    [InlineData("GET", "/api/v1/policy", "rebound.example", "", 403)]
    [InlineData("HEAD", "/api/v1/policy", "rebound.example", "", 403)]
    [InlineData("POST", "/api/v1/check", "rebound.example", "", 403)]
    [InlineData("GET", "/openapi/v1.json", "rebound.example", "", 403)]
    [InlineData("GET", "/metrics", "rebound.example", "", 200)]
    [InlineData("GET", "/livez", "rebound.example", "", 200)]
    [InlineData("GET", "/readyz", "rebound.example", "", 200)]
    [InlineData("GET", "/api/v1/policy", "rebound.example", "Authorization: Bearer " + Token, 200)]
    [InlineData("POST", "/api/v1/reload", "rebound.example", "Authorization: Bearer " + Token, 200)]
    [InlineData("POST", "/api/v1/reload", "localhost", "", 200)]
    [InlineData("POST", "/api/v1/reload", "localhost", "Authorization: Bearer wrong-token", 401)]
    [InlineData("POST", "/api/v1/reload", "localhost:8000", "Origin: http://localhost:8000", 200)]
    [InlineData("POST", "/api/v1/reload", "localhost:8000", "Origin: http://evil.example", 403)]
    [InlineData("POST", "/api/v1/reload", "localhost:8000", "Origin: null", 403)]
    [InlineData("POST", "/api/v1/reload", "localhost:8000", "Sec-Fetch-Site: cross-site", 403)]
    [InlineData("POST", "/api/v1/reload", "localhost:8000", "Origin: http://evil.example\r\nAuthorization: Bearer " + Token, 403)]
    [InlineData("GET", "/api/v1/policy", "localhost:8000", "Origin: http://evil.example", 403)]
    [InlineData("GET", "/api/v1/policy", "localhost:8000", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script", 403)]
    [InlineData("GET", "/api/v1/policy", "localhost:8000", "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors", 403)]
    [InlineData("GET", "/api/v1/policy", "localhost:8000", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document", 200)]
    [InlineData("GET", "/api/v1/policy", "localhost:8000", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe", 403)]
    [InlineData("OPTIONS", "/api/v1/reload", "localhost:8000", "Origin: http://evil.example\r\nAccess-Control-Request-Method: POST", 405)]
    [InlineData("DELETE", "/api/v1/policy", "localhost:8000", "", 405)]
    [InlineData("GET", "/api/v1/reload", "localhost:8000", "", 405)]
    [InlineData("GET", "/api/v1/nothing", "localhost:8000", "", 404)]
    [InlineData("POST", "/api/v1/check", "localhost:8000", "Content-Type: application/x-www-form-urlencoded", 415)]
    [InlineData("POST", "/api/v1/check", "localhost:8000", "Content-Type: text/plain\r\nContent-Encoding: gzip", 415)]
    [InlineData("POST", "/api/v1/check", "localhost:8000", "Content-Type: text/plain", 200)]
    public async Task A_request_is_let_in_or_refused_with_the_reason(string method, string path, string host, string headers, int status)
    {
        await using var sink = await RunningSink.StartAsync(configure: settings => settings with { ApiToken = Token, ApiHosts = ["sink.corp.example"] });
        var answer = await AskAsync(sink.App.HttpEndPoint, method, path, host, headers);
        answer.ShouldStartWith($"HTTP/1.1 {status} ");
        answer.ShouldNotContain("Access-Control-", Case.Insensitive, "no other origin is ever allowed");
        var isBehindGate = path.StartsWith("/api", StringComparison.Ordinal) || path.StartsWith("/openapi", StringComparison.Ordinal);
        if (status >= 400)
        {
            answer.ShouldContain("\r\nContent-Type: application/problem+json\r\n");
        }

        if (isBehindGate && status is not (404 or 405))
        {
            answer.ShouldContain("\r\nX-Content-Type-Options: nosniff\r\n");
            answer.ShouldContain("\r\nCache-Control: no-store\r\n");
            answer.ShouldContain("\r\nCross-Origin-Resource-Policy: same-origin\r\n");
        }

        answer.Contains("\r\nWWW-Authenticate: Bearer", StringComparison.Ordinal).ShouldBe(status == 401);
        if (method == "HEAD")
        {
            answer.ShouldEndWith("\r\n\r\n");
        }
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::", "127.0.0.1")]
    public async Task Loopback_may_write_by_whichever_protocol_it_comes(string listen, string address)
    {
        Assert.SkipUnless(address == "127.0.0.1" && listen != "::" || Socket.OSSupportsIPv6, "this machine has no IPv6");
        await using var sink = await RunningSink.StartAsync(configure: settings => settings with { HttpListenAddress = IPAddress.Parse(listen) });
        (await AskAsync(new IPEndPoint(IPAddress.Parse(address), sink.App.HttpEndPoint.Port), "POST", "/api/v1/reload", "localhost", "")).ShouldStartWith("HTTP/1.1 200 ");
    }

    [Fact]
    public async Task A_token_may_stand_in_a_file()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("token", Token + "\r\nand a remark\n");
        await using var sink = await RunningSink.StartAsync(configure: settings => settings with { ApiTokenFile = file });
        (await AskAsync(sink.App.HttpEndPoint, "POST", "/api/v1/reload", "any.example", "Authorization: Bearer " + Token)).ShouldStartWith("HTTP/1.1 200 ");
        (await AskAsync(sink.App.HttpEndPoint, "POST", "/api/v1/reload", "any.example", "Authorization: Bearer another-one")).ShouldStartWith("HTTP/1.1 403 ");
    }

    [Theory]
    [InlineData(null, "cannot be read: there is no such file")]
    [InlineData("", "has no token in its first line: 8 to 256 letters, digits and characters of -._~+/= are expected")]
    [InlineData("short\n", "has no token in its first line: 8 to 256 letters, digits and characters of -._~+/= are expected")]
    [InlineData("two words of it\n", "has no token in its first line: 8 to 256 letters, digits and characters of -._~+/= are expected")]
    public async Task A_file_without_a_token_stops_the_start(string? content, string mistake)
    {
        using var folder = new TemporaryFolder();
        var file = content is null ? folder.Combine("token") : folder.Write("token", content);
        var exception = await Should.ThrowAsync<StartException>(() => RunningSink.StartAsync(configure: settings => settings with { ApiTokenFile = file }));
        exception.ExitCode.ShouldBe(ExitCodes.Usage);
        exception.Lines.ShouldBe([$"SINK_API_TOKEN_FILE: {file} {mistake}"]);
    }

    [Fact]
    public void A_token_and_a_file_of_one_are_a_mistake() =>
        SettingRules.ErrorsIn(new SinkSettings { Hostname = "sink.example", StateFolder = "state", ApiToken = Token, ApiTokenFile = "/run/secrets/token" }).ShouldBe(["SINK_API_TOKEN_FILE: SINK_API_TOKEN is set, too, and only one of them can hold; remove one"]);

    private static async Task<string> AskAsync(IPEndPoint server, string method, string path, string host, string headers)
    {
        using var client = new TcpClient(server.AddressFamily);
        await client.ConnectAsync(server, TestContext.Current.CancellationToken);
        var request = $"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{(headers.Length == 0 ? string.Empty : headers + "\r\n")}{(method == "POST" ? "Content-Length: 0\r\n" : string.Empty)}\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
