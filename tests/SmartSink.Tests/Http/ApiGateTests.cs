using System.Net;
using Microsoft.AspNetCore.Http;
using SmartSink.Http.Api;

namespace SmartSink.Tests.Http;

public sealed class ApiGateTests
{
    [Theory]
    [InlineData("127.0.0.1:8000", true)]
    [InlineData("[::1]:8000", true)]
    [InlineData("192.0.2.7", true)]
    [InlineData("localhost:8000", true)]
    [InlineData("sink.localhost", true)]
    [InlineData("smartsink:8000", true)]
    [InlineData("SINK.example", true)]
    [InlineData("sink.example.", true)]
    [InlineData("evil.example:8000", false)]
    [InlineData("sink.example.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("", false)]
    public void A_name_that_somebody_else_can_have_reads_nothing(string host, bool isKnown) =>
        (Judge("GET", host: host)?.Status).ShouldBe(isKnown ? null : 403);

    [Theory]
    [InlineData("GET", "http://localhost:8000", null, null)]
    [InlineData("POST", "http://localhost:8000", "same-origin", null)]
    [InlineData("POST", "http://evil.example", null, 403)]
    [InlineData("POST", "http://localhost:9999", null, 403)]
    [InlineData("POST", "null", null, 403)]
    [InlineData("GET", "http://evil.example", null, 403)]
    [InlineData("GET", null, "cross-site", 403)]
    [InlineData("POST", null, "same-site", 403)]
    [InlineData("GET", null, "none", null)]
    public void A_page_of_another_site_is_not_answered(string method, string? origin, string? site, int? status) =>
        (Judge(method, origin: origin, site: site)?.Status).ShouldBe(status);

    [Fact]
    public void A_link_of_another_site_may_be_followed()
    {
        (Judge("GET", site: "cross-site", mode: "navigate")?.Status).ShouldBeNull();
        (Judge("POST", site: "cross-site", mode: "navigate")?.Status).ShouldBe(403);
    }

    [Theory]
    [InlineData("127.0.0.1", null, null, null)]
    [InlineData("::1", null, null, null)]
    [InlineData("::ffff:127.0.0.1", null, null, null)]
    [InlineData("192.0.2.7", null, null, 403)]
    [InlineData("192.0.2.7", "Secret-7", null, 401)]
    [InlineData("192.0.2.7", "Secret-7", "Bearer Secret-7", null)]
    [InlineData("192.0.2.7", "Secret-7", "bearer Secret-7", null)]
    [InlineData("192.0.2.7", "Secret-7", "Bearer Secret-8", 401)]
    [InlineData("192.0.2.7", "Secret-7", "Basic Secret-7", 401)]
    [InlineData("127.0.0.1", "Secret-7", null, null)]
    [InlineData("127.0.0.1", "Secret-7", "Bearer Secret-8", 401)]
    [InlineData("192.0.2.7", null, "Bearer Secret-7", 403)]
    public void Changes_come_from_loopback_or_with_the_token(string client, string? token, string? shown, int? status)
    {
        (Judge("DELETE", client: client, token: token, shown: shown)?.Status).ShouldBe(status);
        (Judge("GET", client: client, token: token, shown: shown)?.Status).ShouldBeNull("reading is open");
    }

    [Fact]
    public void Whoever_has_the_token_may_use_any_name() => Judge("POST", host: "sink.mail.svc.cluster.local", token: "Secret-7", shown: "Bearer Secret-7").ShouldBeNull();

    private static ApiRefusal? Judge(
        string method, string host = "localhost:8000", string? origin = null, string? site = null, string? mode = null, string client = "127.0.0.1", string? token = null, string? shown = null)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Scheme = "http";
        context.Request.Headers.Host = host;
        context.Connection.RemoteIpAddress = IPAddress.Parse(client);
        foreach (var (name, value) in new[] { ("Origin", origin), ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", mode is null ? null : "document"), ("Authorization", shown) })
        {
            if (value is not null)
            {
                context.Request.Headers[name] = value;
            }
        }

        return new ApiGate(token, ["sink.example"]).Judge(context);
    }
}
