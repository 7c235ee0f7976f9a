using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using SmartSink.Testing.Time;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Http;

/// <summary>The API's overlay on a whole sink: a piece of policy over the files, and over TLS, for a while.</summary>
public sealed class OverlayApiTests
{
    private const string Path = "/api/v1/policy/overlay";
    private const string Files = "[domain.\"a.example\"]\nbounce = 0\ndefer = 0\n[domain.\"b.example\"]\ndefer = 100\nbounce = 0\n";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_goes_over_the_files_key_by_key_across_a_reload_and_ends_by_itself()
    {
        var clock = new ManualTimeProvider();
        await using var sink = await RunningSink.StartAsync(Files, clock: clock);
        var before = sink.App.Policy.Current.Hash;
        using var client = await sink.ConnectAsync();
        (await client.RcptAsync("x@a.example")).ShouldStartWith("250 ");

        var (status, overlay) = await PostAsync(sink, "[domain.\"a.example\"]\ndefer = 100\n", lasts: "2m");
        status.ShouldBe(HttpStatusCode.Created);
        overlay.GetProperty("name").GetString().ShouldBe("trial");
        overlay.GetProperty("left_seconds").GetDouble().ShouldBe(120);
        overlay.GetProperty("warnings").GetArrayLength().ShouldBe(0);
        (await client.RcptAsync("x@a.example")).ShouldStartWith("451 ");
        (await client.RcptAsync("x@b.example")).ShouldStartWith("451 ");
        var during = sink.App.Policy.Current.Hash;
        during.ShouldNotBe(before);

        // The file's other keys still hold, and so do its changes.
        await File.WriteAllTextAsync(sink.PolicyFile, Files.Replace("defer = 100\n", "defer = 0\n", StringComparison.Ordinal), Cancelled);
        sink.App.Reload();
        (await client.RcptAsync("x@a.example")).ShouldStartWith("451 ");
        (await client.RcptAsync("x@b.example")).ShouldStartWith("250 ");

        clock.Advance(TimeSpan.FromMinutes(2));
        (await client.RcptAsync("x@a.example")).ShouldStartWith("250 ");
        (await sink.GetAsync(Path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        sink.App.Policy.Current.Overlay.ShouldBeNull();
    }

    [Fact]
    public async Task Everybody_who_looks_is_told_that_it_holds_and_no_start_knows_of_it()
    {
        await using var sink = await RunningSink.StartAsync(Files);
        await PostAsync(sink, "[domain.\"a.example\"]\ndefer = 100\n");
        (await GetAsync(sink, "/readyz")).GetProperty("policy").GetProperty("overlay").GetString().ShouldBe("trial");
        (await GetAsync(sink, "/api/v1/stats")).GetProperty("warnings")[0].GetString()!.ShouldStartWith("The overlay \"trial\" is applied over the policy files until ");
        (await GetAsync(sink, "/api/v1/explain?recipient=x@a.example")).GetProperty("text").GetString()!.ShouldContain("[domain.\"a.example\"] at overlay:trial(2,9)");
        (await GetAsync(sink, Path)).GetProperty("policy").GetString().ShouldBe("[domain.\"a.example\"]\ndefer = 100\n");
        sink.App.Policy.Current.Texts.ShouldHaveSingleItem().Text.ShouldBe(Files);

        (await sink.SendAsync(HttpMethod.Delete, Path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await sink.SendAsync(HttpMethod.Delete, Path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(sink, "/readyz")).GetProperty("policy").TryGetProperty("overlay", out _).ShouldBeFalse();
        (await GetAsync(sink, "/api/v1/stats")).GetProperty("warnings").GetArrayLength().ShouldBe(0);
        var events = (await GetAsync(sink, "/api/v1/events?kind=override")).GetProperty("events").EnumerateArray();
        events.Select(told => $"{told.GetProperty("action")} {told.GetProperty("override_id")} {told.GetProperty("name")}").ShouldBe(["added overlay trial", "removed overlay trial"]);
    }

    [Fact]
    public async Task Mistakes_have_their_line_and_column_and_change_nothing()
    {
        await using var sink = await RunningSink.StartAsync(Files);
        var hash = sink.App.Policy.Current.Hash;
        (await ErrorsAsync(sink, "[domain.\"a.example\"]\ndeffer = 100\nbounce = 120\n")).ShouldBe(
        [
            "2,1: unknown key \"deffer\" in [domain.\"a.example\"], did you mean \"defer\"?",
            "3,10: bounce = 120 is not a percentage from 0 to 100",
        ]);
        (await ErrorsAsync(sink, "include = [\"x.toml\"]")).ShouldBe(["1,1: only the main file may include others"]);
        (await ErrorsAsync(sink, "[domain.\"a.example\"")).Single().ShouldStartWith("1,20: ");

        // With what the file says.
        (await ErrorsAsync(sink, "[domain.\"b.example\"]\nbounce = 50\n")).Single().ShouldContain("responses.toml(5,9): error: bounce");
        sink.App.Policy.Current.Hash.ShouldBe(hash);

        (await ErrorsOfAsync(sink, """{ "name": "", "for": "25h", "polizy": "" }""")).ShouldBe(
        [
            "/polizy: unknown field \"polizy\", did you mean \"policy\"?",
            "/name: name is empty, longer than 100 characters, or contains control characters",
            "/for: for = \"25h\" is longer than 24h; a permanent change belongs in the policy's file",
        ]);
        (await ErrorsOfAsync(sink, "{ }")).ShouldBe(["/policy: an overlay needs policy, tls_faults, or both"]);
        (await ErrorsOfAsync(sink, """{ "tls_faults": "expird=5" }""")).Single().ShouldStartWith("/tls_faults: tls_faults is not ");
        (await ErrorsOfAsync(sink, """{ "tls_faults": "expired@mx.example=5" }""")).ShouldBe(["/tls_faults: tls_faults of an overlay apply to all connections and cannot name a server"]);
        (await ErrorsOfAsync(sink, """{ "tls_faults": "454=5" }""")).ShouldBe(["/tls_faults: no listener uses TLS, so TLS faults would have no effect: start the sink with SINK_STARTTLS=on"]);
    }

    [Fact]
    public async Task There_is_one_at_a_time()
    {
        await using var sink = await RunningSink.StartAsync(Files);
        await PostAsync(sink, "[default]\ndefer = 1\n");
        var (status, problem) = await PostAsync(sink, "[default]\ndefer = 2\n");
        status.ShouldBe(HttpStatusCode.Conflict);
        problem.GetProperty("detail").GetString()!.ShouldStartWith("The overlay \"trial\" is in force until ");
    }

    [Fact]
    public async Task Its_schedules_count_from_its_beginning_in_its_own_time()
    {
        var clock = new ManualTimeProvider();
        await using var sink = await RunningSink.StartAsync("[default]\nbounce = 0\ndefer = 0\n[[schedule]]\nat = \"+100m\"\nset = { bounce = 100 }\n", clock: clock);
        clock.Advance(TimeSpan.FromMinutes(30));
        await PostAsync(sink, "time_scale = 60\n[[schedule]]\nat = \"+10m\"\nfor = \"5m\"\nset = { defer = 100 }\n");
        (await RcptAsync(sink)).ShouldStartWith("250 ");
        clock.Advance(TimeSpan.FromSeconds(9));
        (await RcptAsync(sink)).ShouldStartWith("250 ");
        clock.Advance(TimeSpan.FromSeconds(1));
        (await RcptAsync(sink)).ShouldStartWith("451 ");

        // A reload in the middle of it changes nothing of when it began.
        await File.AppendAllTextAsync(sink.PolicyFile, "[domain.\"b.example\"]\nbounce = 0\n", Cancelled);
        sink.App.Reload();
        clock.Advance(TimeSpan.FromSeconds(4));
        (await RcptAsync(sink)).ShouldStartWith("451 ");
        clock.Advance(TimeSpan.FromSeconds(1));
        (await RcptAsync(sink)).ShouldStartWith("250 ");
        (await sink.SendAsync(HttpMethod.Delete, Path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await RcptAsync(sink)).ShouldStartWith("250 ");
    }

    [Fact]
    public async Task What_is_remembered_of_senders_outlives_its_beginning_and_end()
    {
        await using var sink = await RunningSink.StartAsync(Files + "[domain.\"a.example\".limits]\nrate = \"2/d\"\n");
        (await RcptAsync(sink)).ShouldStartWith("250 ");
        (await RcptAsync(sink)).ShouldStartWith("250 ");
        (await RcptAsync(sink)).ShouldStartWith("421 ");
        await PostAsync(sink, "[domain.\"b.example\"]\ndefer = 0\n");
        (await RcptAsync(sink)).ShouldStartWith("421 ");
        (await sink.SendAsync(HttpMethod.Delete, Path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await RcptAsync(sink)).ShouldStartWith("421 ");
    }

    [Fact]
    public async Task Files_that_are_good_with_it_alone_are_rejected()
    {
        await using var sink = await RunningSink.StartAsync(Files);
        await PostAsync(sink, "[domain.\"b.example\"]\ndefer = 0\n");
        await File.WriteAllTextAsync(sink.PolicyFile, Files + "bonce = 1\n", Cancelled);
        sink.App.Reload();
        sink.App.Policy.IsRejected.ShouldBeTrue();
        await File.WriteAllTextAsync(sink.PolicyFile, Files.Replace("bounce = 0\ndefer = 0", "bounce = 1\ndefer = 0", StringComparison.Ordinal), Cancelled);
        sink.App.Reload();
        sink.App.Policy.IsRejected.ShouldBeFalse();
        await File.WriteAllTextAsync(sink.PolicyFile, Files.Replace("defer = 100\nbounce = 0", "defer = 100\nbounce = 50", StringComparison.Ordinal), Cancelled);
        sink.App.Reload();
        sink.App.Policy.IsRejected.ShouldBeTrue();
        (await sink.SendAsync(HttpMethod.Delete, Path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await RcptAsync(sink, "x@b.example")).ShouldStartWith("451 ");
    }

    [Fact]
    public async Task TLS_goes_wrong_for_as_long_as_it_holds()
    {
        await using var sink = await RunningSink.StartAsync(Files, settings => settings with { StartTls = true });
        (await ValidUntilAsync(sink)).ShouldBeGreaterThan(DateTime.UtcNow);
        await PostFaultsAsync(sink, "454=100");
        using (var client = await sink.ConnectAsync())
        {
            (await client.SayAsync("STARTTLS")).ShouldStartWith("454 ");
        }

        (await sink.SendAsync(HttpMethod.Delete, Path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await PostFaultsAsync(sink, "expired=100");
        (await ValidUntilAsync(sink)).ShouldBeLessThan(DateTime.UtcNow);
        (await sink.SendAsync(HttpMethod.Delete, Path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ValidUntilAsync(sink)).ShouldBeGreaterThan(DateTime.UtcNow);

        static async Task PostFaultsAsync(RunningSink sink, string faults) =>
            (await SendAsync(sink, JsonSerializer.Serialize(new Dictionary<string, string> { ["tls_faults"] = faults }))).Status.ShouldBe(HttpStatusCode.Created);
    }

    private static async Task<DateTime> ValidUntilAsync(RunningSink sink)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, sink.App.SmtpEndPoint.Port, Cancelled);
        await HearAsync(socket.GetStream());
        foreach (var line in new[] { "EHLO probe.example\r\n", "STARTTLS\r\n" })
        {
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line), Cancelled);
            await HearAsync(socket.GetStream());
        }

        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "sink.example", RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null }, Cancelled);
        return DateTime.Parse(tls.RemoteCertificate!.GetExpirationDateString(), null).ToUniversalTime();
    }

    // Octet by octet: what stands behind the reply is TLS.
    private static async Task HearAsync(NetworkStream stream)
    {
        var octet = new byte[1];
        for (var line = string.Empty; !(line.EndsWith('\n') && line[3] == ' ');)
        {
            await stream.ReadExactlyAsync(octet, Cancelled);
            line = (line.EndsWith('\n') ? string.Empty : line) + (char)octet[0];
        }
    }

    private static async Task<string> RcptAsync(RunningSink sink, string recipient = "x@a.example")
    {
        using var client = await sink.ConnectAsync();
        return await client.RcptAsync(recipient);
    }

    private static async Task<IReadOnlyList<string>> ErrorsAsync(RunningSink sink, string policy)
    {
        var (status, problem) = await PostAsync(sink, policy);
        status.ShouldBe(HttpStatusCode.BadRequest);
        return [.. problem.GetProperty("errors").EnumerateArray().Select(error =>
            $"{(error.TryGetProperty("line", out var line) ? $"{line},{error.GetProperty("column")}: " : string.Empty)}{error.GetProperty("detail")}")];
    }

    private static async Task<IReadOnlyList<string>> ErrorsOfAsync(RunningSink sink, string body)
    {
        var (status, problem) = await SendAsync(sink, body);
        status.ShouldBe(HttpStatusCode.BadRequest);
        return [.. problem.GetProperty("errors").EnumerateArray().Select(error => $"{error.GetProperty("pointer")}: {error.GetProperty("detail")}")];
    }

    private static Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(RunningSink sink, string policy, string lasts = "10m") =>
        SendAsync(sink, JsonSerializer.Serialize(new Dictionary<string, string> { ["name"] = "trial", ["policy"] = policy, ["for"] = lasts }));

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> SendAsync(RunningSink sink, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await sink.PostAsync(Path, content);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancelled)).RootElement);
    }

    private static async Task<JsonElement> GetAsync(RunningSink sink, string path)
    {
        using var answer = await sink.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancelled)).RootElement;
    }
}
