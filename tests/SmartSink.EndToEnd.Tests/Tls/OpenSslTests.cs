using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Tls;

/// <summary>What OpenSSL's own client sees: tickets, old versions, renegotiation, faults.</summary>
public sealed class OpenSslTests
{
    // The sink needs the level alone; the client minds MinProtocol, too.
    private const string OldConfiguration = """
        openssl_conf = default_conf
        [default_conf]
        ssl_conf = ssl_sect
        [ssl_sect]
        system_default = system_default_sect
        [system_default_sect]
        MinProtocol = TLSv1
        CipherString = DEFAULT:@SECLEVEL=0
        """;

    [Theory]
    [InlineData("implicit", "-tls1_2", "off")]
    [InlineData("implicit", "-tls1_3", "off")]
    [InlineData("starttls", "-tls1_2", "off")]
    [InlineData("starttls", "-tls1_3", "off")]
    [InlineData("implicit", "-tls1_2", "require")]
    [InlineData("implicit", "-tls1_3", "require")]
    public async Task A_session_is_resumed_by_its_ticket(string mode, string version, string clientCertificate)
    {
        Requirement.Programs("openssl");
        using var folder = new TemporaryFolder();
        await using var sink = await StartAsync(("SINK_TLS", mode), ("SINK_TLS_CLIENT_CERT", clientCertificate));
        var ticket = folder.Combine("ticket.pem");
        string[] own = clientCertificate == "off" ? [] : ["-cert", await MakeCertificateAsync(folder), "-key", folder.Combine("client.pem")];

        var first = await ConnectAsync(sink, mode, [version, "-sess_out", ticket, .. own]);
        var second = await ConnectAsync(sink, mode, [version, "-sess_in", ticket, .. own]);

        first.Output.ShouldContain("New, TLSv1.");
        second.Output.ShouldContain("Reused, TLSv1.", customMessage: second.ToString());
        var metrics = await sink.MetricsAsync();
        metrics.Sum("smartsink_tls_handshakes_total", ("result", "succeeded")).ShouldBe(2);
        metrics.Sum("smartsink_tls_client_certificates_total", ("subject", "CN=client.example")).ShouldBe(clientCertificate == "off" ? 0 : 2);
    }

    [Theory]
    [InlineData("-tls1", "1.0")]
    [InlineData("-tls1_1", "1.1")]
    public async Task Old_versions_are_spoken_where_OpenSSL_is_told_to(string flag, string version)
    {
        Requirement.Programs("openssl");
        using var folder = new TemporaryFolder();
        var configuration = folder.Write("openssl.cnf", OldConfiguration);
        await using var sink = await StartAsync(("SINK_TLS", "implicit"), ("SINK_TLS_VERSIONS", "1.0,1.1"), ("OPENSSL_CONF", configuration));

        var result = await ConnectAsync(sink, "implicit", [flag], new Dictionary<string, string> { ["OPENSSL_CONF"] = configuration });

        result.Output.ShouldContain("220 sink.test", customMessage: result.ToString());
        (await sink.MetricsAsync()).Sum("smartsink_tls_handshakes_total", ("version", version), ("result", "succeeded")).ShouldBe(1);
    }

    [Fact]
    public async Task Old_versions_that_OpenSSL_is_not_told_to_speak_stop_the_start_with_a_line_that_says_why()
    {
        using var folder = new TemporaryFolder();
        var configuration = folder.Write("openssl.cnf", OldConfiguration.Replace("SECLEVEL=0", "SECLEVEL=2", StringComparison.Ordinal));

        var error = await Should.ThrowAsync<InvalidOperationException>(() => StartAsync(("SINK_TLS_VERSIONS", "1.0,1.2"), ("OPENSSL_CONF", configuration)));

        error.Message.ShouldContain("SINK_TLS_VERSIONS: OpenSSL does not support TLS 1.0 here; ");
    }

    [Fact]
    public async Task A_renegotiation_ends_the_connection_and_no_other()
    {
        Requirement.Programs("openssl");
        await using var sink = await StartAsync(("SINK_TLS", "implicit"));

        var first = await Tool.RunAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{sink.SmtpPort}", "-tls1_2"], "R\n");
        var next = await ConnectAsync(sink, "implicit", ["-tls1_2"]);

        first.ToString().ShouldContain("RENEGOTIATING");
        next.Output.ShouldContain("220 sink.test");
        await EndedAsync(sink, 2);
        (await sink.MetricsAsync()).Sum("smartsink_connections_closed_total", ("reason", "internal_error")).ShouldBe(0);
    }

    [Theory]
    [InlineData("expired=100", "certificate has expired")]
    [InlineData("wrong-name=100", "hostname mismatch")]
    [InlineData("self-signed=100", "self-signed certificate")]
    [InlineData("expired@sink.test=100", "certificate has expired")]
    [InlineData("expired@other.example=100", "self-signed certificate")]
    public async Task A_strict_client_that_trusts_the_authority_of_faults_names_the_fault(string faults, string problem)
    {
        Requirement.Programs("openssl");
        using var state = new TemporaryFolder();
        await using var sink = await StartAsync(("SINK_TLS_FAULTS", faults), ("SINK_STATE", state.Path));

        var result = await ConnectAsync(
            sink, "starttls", ["-CAfile", state.Combine("fault-ca.pem"), "-verify_return_error", "-verify_hostname", "sink.test", "-servername", "sink.test"]);

        result.ToString().ShouldContain(problem);
        await EndedAsync(sink, 1);
        (await sink.MetricsAsync()).Sum("smartsink_connections_closed_total", ("reason", "tls_failed")).ShouldBe(1);
    }

    private static Task<SinkProcess> StartAsync(params (string Key, string Value)[] settings) =>
        SinkProcess.StartAsync("", settings.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal));

    // The client reads the ticket of TLS 1.3 with the greeting or a reply, so it says QUIT and waits for the end.
    private static Task<ToolResult> ConnectAsync(
        SinkProcess sink, string mode, string[] more, IReadOnlyDictionary<string, string>? environment = null) => Tool.RunAsync(
            "openssl",
            ["s_client", "-connect", $"127.0.0.1:{sink.SmtpPort}", "-ign_eof", .. mode == "starttls" ? ["-starttls", "smtp"] : Array.Empty<string>(), .. more],
            "QUIT\r\n",
            environment);

    private static async Task EndedAsync(SinkProcess sink, int connections)
    {
        var patience = TestContext.Current.CancellationToken;
        while ((await sink.MetricsAsync()).Sum("smartsink_connections_closed_total") < connections)
        {
            patience.ThrowIfCancellationRequested();
        }
    }

    private static async Task<string> MakeCertificateAsync(TemporaryFolder folder)
    {
        var file = folder.Combine("client.pem");
        var made = await Tool.RunAsync(
            "openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=client.example", "-days", "2", "-keyout", file, "-out", folder.Combine("only.pem")]);
        made.ExitCode.ShouldBe(0, made.ToString());
        await File.AppendAllTextAsync(file, await File.ReadAllTextAsync(folder.Combine("only.pem"), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        return file;
    }
}
