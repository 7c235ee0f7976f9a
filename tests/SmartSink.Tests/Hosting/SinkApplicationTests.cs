using System.Net;
using System.Text.RegularExpressions;
using SmartSink.Hosting;
using SmartSink.Telemetry;
using SmartSink.Testing;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Hosting;

public sealed partial class SinkApplicationTests
{
    [Fact]
    public async Task A_dialog_shows_in_the_metrics()
    {
        await using var sink = await RunningSink.StartAsync("[domain.\"gmail.com\"]\nbounce = 0\n", settings => settings with { MaxConnections = 77 });
        using var client = await sink.ConnectAsync();
        await client.SayAsync("MAIL FROM:<a@b.example>");
        (await client.SayAsync("RCPT TO:<permfail@gmail.com>")).ShouldStartWith("550 ");
        (await client.SayAsync("RCPT TO:<someone@gmail.com>")).ShouldStartWith("250 ");
        (await client.SayAsync("RCPT TO:<someone@elsewhere.example>")).ShouldStartWith("250 ");
        (await client.SayAsync("DATA")).ShouldStartWith("354 ");
        (await client.SayAsync("Subject: x\r\n\r\nhello\r\n.")).ShouldStartWith("250 ");
        await client.SayAsync("MAIL FROM:<a@b.example>");
        (await client.SayAsync("RCPT TO:<250-me@gmail.com>")).ShouldStartWith("250 ");
        (await client.SayAsync("RSET")).ShouldStartWith("250 ");

        var metrics = await sink.ScrapeAsync();
        metrics.Sum("smartsink_connections_open").ShouldBe(1);
        metrics.Sum("smartsink_recipients_total").ShouldBe(3);
        metrics.Sum("smartsink_recipients_total", ("outcome", "permfail"), ("stage", "rcpt"), ("domain", "gmail.com")).ShouldBe(1);
        metrics.Sum("smartsink_recipients_total", ("outcome", "accepted"), ("stage", "data"), ("domain", "gmail.com")).ShouldBe(1);
        metrics.Sum("smartsink_recipients_total", ("outcome", "accepted"), ("stage", "data"), ("domain", "other")).ShouldBe(1);
        metrics.Sum("smartsink_draws_total", ("outcome", "accepted"), ("domain", "gmail.com")).ShouldBe(1, "triggers draw nothing");
        metrics.Sum("smartsink_draws_total", ("outcome", "accepted"), ("domain", "other")).ShouldBe(1);
        metrics.Sum("smartsink_draws_total").ShouldBe(2);
        metrics.Sum("smartsink_recipients_abandoned_total", ("domain", "gmail.com")).ShouldBe(1);
        metrics.Sum("smartsink_recipients_abandoned_total").ShouldBe(1);
        metrics.Sum("smartsink_messages_total", ("outcome", "accepted")).ShouldBe(1);
        metrics.Sum("smartsink_message_recipients_sum").ShouldBe(2);
        metrics.Sum("smartsink_message_size_bytes_sum").ShouldBe(21);
        metrics.Sum("smartsink_replies_total").ShouldBe(11);
        metrics.Sum("smartsink_connections_limit").ShouldBe(77);
        metrics.Sum("smartsink_policy_last_reload_successful").ShouldBe(1);
    }

    [Fact]
    public async Task Domains_beyond_the_most_that_are_shown_count_as_other()
    {
        await using var sink = await RunningSink.StartAsync("[domain.\"a.example\"]\n[domain.\"b.example\"]\n", settings => settings with { MetricsMaxDomains = 1 });
        using var client = await sink.ConnectAsync();
        await RefuseAsync("permfail@a.example");
        (await sink.ScrapeAsync()).Sum("smartsink_domains_folded").ShouldBe(0);
        await RefuseAsync("permfail@b.example");
        await RefuseAsync("permfail@c.example");

        var metrics = await sink.ScrapeAsync();
        metrics.Sum("smartsink_recipients_total", ("domain", "a.example")).ShouldBe(1);
        metrics.Sum("smartsink_recipients_total", ("domain", "other")).ShouldBe(2);
        metrics.Sum("smartsink_refusals_total", ("domain", "other")).ShouldBe(2);
        metrics.Sum("smartsink_policy_rate", ("domain", "a.example")).ShouldBe(1, 1e-9);
        metrics.Sum("smartsink_policy_rate", ("domain", "other")).ShouldBe(0, "that of the domains that count as other is not known");
        metrics.Sum("smartsink_domains_folded").ShouldBe(1);

        async Task RefuseAsync(string recipient)
        {
            await client.SayAsync("MAIL FROM:<a@b.example>");
            (await client.SayAsync($"RCPT TO:<{recipient}>")).ShouldStartWith("550 ");
            await client.SayAsync("RSET");
        }
    }

    [Fact]
    public async Task Readiness_and_metrics_can_be_read_while_a_transaction_holds_up_the_stop()
    {
        await using var sink = await RunningSink.StartAsync(configure: settings => settings with { ShutdownTimeout = TimeSpan.FromMinutes(1) });
        using var client = await sink.ConnectAsync();
        (await client.SayAsync("MAIL FROM:<a@b.example>")).ShouldStartWith("250 ");
        using (var idle = await sink.ConnectAsync())
        {
            var stopping = sink.App.StopAsync();

            // The idle connection's goodbye says that the stop is under way.
            (await idle.HearAsync()).ShouldStartWith("421 ");
            using var answer = await sink.GetAsync("/readyz");
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("\"status\": \"stopping\"");

            (await client.SayAsync("RCPT TO:<x@example.com>")).ShouldStartWith("250 ");
            (await client.SayAsync("DATA")).ShouldStartWith("354 ");
            (await client.SayAsync(".")).ShouldStartWith("250 ");
            (await client.HearAsync()).ShouldStartWith("421 ");
            await stopping.WaitAsync(Patience.Token());
        }
    }

    [Fact]
    public async Task A_bad_policy_stops_the_start_with_all_its_mistakes()
    {
        var exception = await Should.ThrowAsync<StartException>(() => RunningSink.StartAsync("[default]\nbounce = 101\ndefer = -1\n"));
        exception.ExitCode.ShouldBe(2);
        exception.Lines.Count.ShouldBe(2);
        exception.Lines.ShouldAllBe(line => line.Contains("responses.toml(", StringComparison.Ordinal) && line.Contains(": error: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_is_none_stops_the_start()
    {
        var exception = await Should.ThrowAsync<StartException>(() =>
            RunningSink.StartAsync(configure: settings => settings with { StartTls = true, TlsCertificateFile = "/nonexistent/cert.pem" }));
        exception.ExitCode.ShouldBe(2);
        exception.Lines.ShouldHaveSingleItem().ShouldContain("SINK_TLS_CERT");
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_that_names_its_key()
    {
        await using var first = await RunningSink.StartAsync();

        var smtp = await Should.ThrowAsync<StartException>(() =>
            RunningSink.StartAsync(configure: settings => settings with { Port = first.App.SmtpEndPoint.Port }));
        var http = await Should.ThrowAsync<StartException>(() =>
            RunningSink.StartAsync(configure: settings => settings with { HttpPort = first.App.HttpEndPoint.Port }));

        (smtp.ExitCode, http.ExitCode).ShouldBe((1, 1));
        smtp.Lines.ShouldBe([$"SINK_PORT: cannot listen on {first.App.SmtpEndPoint}: the port is in use"]);
        http.Lines.ShouldBe([$"SINK_HTTP: cannot listen on {first.App.HttpEndPoint}: the port is in use"]);
    }

    [Fact]
    public async Task The_port_of_a_listener_in_use_is_one_line_that_names_listener_and_key()
    {
        await using var first = await RunningSink.StartAsync();

        var smtp = await Should.ThrowAsync<StartException>(() => RunningSink.StartAsync(configure: settings => settings with
        {
            Listeners = [settings.ToListener(), settings.ToListener() with { Name = "second", Port = first.App.SmtpEndPoint.Port }],
        }));

        smtp.ExitCode.ShouldBe(1);
        smtp.Lines.ShouldBe([$"Listeners, second, Port: cannot listen on {first.App.SmtpEndPoint}: the port is in use"]);
    }

    [Fact]
    public async Task What_is_wrong_with_a_Unix_socket_is_one_line_that_names_the_key_and_nothing_is_left_behind()
    {
        using var folder = new TemporaryFolder();
        var first = folder.Combine("first.sock");
        var second = folder.Combine("second.sock");

        var one = await Should.ThrowAsync<StartException>(() => RunningSink.StartAsync(configure: settings => settings with { UnixSocket = first, SocketOwner = "no-such-user-here" }));
        var several = await Should.ThrowAsync<StartException>(() => RunningSink.StartAsync(configure: settings => settings with
        {
            Listeners = [settings.ToListener() with { UnixSocket = first }, settings.ToListener() with { Name = "second", UnixSocket = folder.Path }],
        }));
        await using (var other = await RunningSink.StartAsync())
        {
            // HTTP takes its port before a listener is opened.
            await Should.ThrowAsync<StartException>(() => RunningSink.StartAsync(configure: settings => settings with { UnixSocket = second, HttpPort = other.App.HttpEndPoint.Port }));
        }

        one.ExitCode.ShouldBe(2);
        several.ExitCode.ShouldBe(1);
        one.Lines.ShouldBe([$"SINK_SOCKET_OWNER: cannot listen on unix:{first}: there is no user no-such-user-here"]);
        several.Lines.ShouldBe([$"Listeners, second, Listen: cannot listen on unix:{folder.Path}: the path exists and is not a socket"]);
        Directory.EnumerateFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_that_the_machine_does_not_have_is_one_line_that_names_its_key()
    {
        var elsewhere = IPAddress.Parse("192.0.2.1");
        var smtp = await Should.ThrowAsync<StartException>(() => RunningSink.StartAsync(configure: settings => settings with { ListenAddress = elsewhere }));
        var http = await Should.ThrowAsync<StartException>(() => RunningSink.StartAsync(configure: settings => settings with { HttpListenAddress = elsewhere }));
        smtp.Lines.ShouldHaveSingleItem().ShouldStartWith("SINK_LISTEN: ");
        http.Lines.ShouldHaveSingleItem().ShouldStartWith("SINK_HTTP_LISTEN: ");
    }

    /// <summary>What /metrics shows and what the catalogue lists are the same.</summary>
    [Fact]
    public async Task The_catalogue_lists_every_metric()
    {
        await using var sink = await RunningSink.StartAsync();
        using var client = await sink.ConnectAsync();
        using var answer = await sink.GetAsync("/metrics");
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        var shown = TypeLine().Matches(page).Select(match => match.Groups[1].Value).ToList();

        using var metrics = new SinkMetrics();
        shown.ShouldBe(metrics.All.Select(metric => metric.Name));
        var scrape = new MetricsScrape(page);
        shown.Where(name => !scrape.Has(name) && !scrape.Has($"{name}_count"))
            .ShouldBe(
            [
                "smartsink_accept_errors_total", "smartsink_recipients_total", "smartsink_draws_total", "smartsink_refusals_total",
                "smartsink_recipients_abandoned_total", "smartsink_tls_handshakes_total",
                "smartsink_authentications_total", "smartsink_auth_user_reloads_total", "smartsink_tls_client_certificates_total",
                "smartsink_tls_faults_total", "smartsink_reply_faults_total", "smartsink_tls_certificate_reloads_total",
                "smartsink_policy_rate", "smartsink_limits_hit_total", "smartsink_greylist_total", "smartsink_answer_faults_total",
                "smartsink_rules_acted_total", "smartsink_schedule_active", "smartsink_override_oldest_timestamp_seconds", "smartsink_duplicates_total",
            ],
            "those that have no value before something rare has happened");
    }

    [GeneratedRegex("^# TYPE ([a-z_]+) (counter|gauge|histogram)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();
}
