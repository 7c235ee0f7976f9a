using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Server;
using SmartSink.Tests.Connections;
using SmartSink.Tls;

namespace SmartSink.Tests.Tls;

public abstract class TlsFaultTests
{
    protected TlsFaultTests(string transport) => RunningServer.Over = transport;

    private const string Host = "mx.sink.test";

    [Theory]
    [InlineData(TlsMode.StartTls)]
    [InlineData(TlsMode.Implicit)]
    internal async Task Without_faults_a_strict_client_finds_only_that_nobody_vouches_for_the_certificate(TlsMode mode)
    {
        var (errors, chain, _) = await ShownAsync(string.Empty, mode, trusts: false);
        errors.ShouldBe(SslPolicyErrors.RemoteCertificateChainErrors);
        chain.ShouldBe(X509ChainStatusFlags.UntrustedRoot);
    }

    [Theory]
    [InlineData("expired", TlsMode.StartTls, SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.NotTimeValid)]
    [InlineData("expired", TlsMode.Implicit, SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.NotTimeValid)]
    [InlineData("wrong-name", TlsMode.StartTls, SslPolicyErrors.RemoteCertificateNameMismatch, X509ChainStatusFlags.NoError)]
    [InlineData("wrong-name", TlsMode.Implicit, SslPolicyErrors.RemoteCertificateNameMismatch, X509ChainStatusFlags.NoError)]
    [InlineData("self-signed", TlsMode.StartTls, SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.UntrustedRoot)]
    [InlineData("self-signed", TlsMode.Implicit, SslPolicyErrors.RemoteCertificateChainErrors, X509ChainStatusFlags.UntrustedRoot)]
    internal async Task A_client_that_trusts_the_authority_of_faults_meets_one_fault_and_no_other(
        string word, TlsMode mode, SslPolicyErrors errors, X509ChainStatusFlags chain)
    {
        var shown = await ShownAsync($"{word}=100", mode, trusts: true);
        shown.Errors.ShouldBe(errors);
        shown.Chain.ShouldBe(chain);
        shown.Met.ShouldBe([TlsFaults.Read(word)]);
    }

    [Theory]
    [InlineData(TlsMode.StartTls)]
    [InlineData(TlsMode.Implicit)]
    internal async Task A_hello_that_is_not_answered_is_cut_off_when_the_handshake_has_taken_too_long(TlsMode mode)
    {
        await using var server = Start("no-answer=100", mode);
        await using var client = await server.BeforeHandshakeAsync();
        var handshake = client.StartTlsAsync();
        await MetAsync(server);
        await server.SettledAsync(received: 0);
        handshake.IsCompleted.ShouldBeFalse();
        server.Clock.Advance(server.Settings.TlsHandshakeTimeout + TimeSpan.FromSeconds(1));
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TlsFailed);
        await Should.ThrowAsync<IOException>(handshake);
        server.Connections.Faults.ShouldBe([TlsFault.NoAnswer]);
    }

    [Fact]
    public async Task A_client_that_gives_up_waiting_for_an_answer_is_let_go()
    {
        await using var server = Start("no-answer=100", TlsMode.Implicit);
        await using (var client = await server.ConnectAsync())
        {
            _ = client.StartTlsAsync();
            await MetAsync(server);
        }

        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TlsFailed);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_hello_that_is_not_answered()
    {
        await using var server = Start("no-answer=100", TlsMode.Implicit);
        await using var client = await server.ConnectAsync();
        var handshake = client.StartTlsAsync();
        await MetAsync(server);
        var stopping = server.StopAsync();
        await server.WaitsInStopAsync();
        server.Clock.Advance(server.Settings.ShutdownTimeout);
        await stopping;
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
        await Should.ThrowAsync<IOException>(handshake);
    }

    [Theory]
    [InlineData(TlsMode.StartTls)]
    [InlineData(TlsMode.Implicit)]
    internal async Task A_hello_is_answered_by_a_reset(TlsMode mode)
    {
        await using var server = Start("reset=100", mode);
        await using var client = await server.BeforeHandshakeAsync();
        var error = await Should.ThrowAsync<IOException>(() => client.StartTlsAsync());
        error.InnerException.ShouldBeOfType<SocketException>().SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TlsFailed);
        server.Connections.Faults.ShouldBe([TlsFault.Reset]);
    }

    [Fact]
    public async Task The_keyword_is_hidden()
    {
        await using var server = Start("hidden=100", TlsMode.StartTls);
        await using var client = await server.GreetedAsync();
        (await client.AskAsync("EHLO c")).ShouldNotContain("STARTTLS");
        (await client.AskAsync("STARTTLS")).ShouldStartWith("502");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        await server.Connections.NextEndAsync();
        server.Connections.Faults.ShouldBe([TlsFault.Hidden]);
    }

    [Fact]
    public async Task STARTTLS_is_refused_for_now_each_time()
    {
        await using var server = Start("454=100", TlsMode.StartTls);
        await using var client = await server.GreetedAsync();
        (await client.AskAsync("EHLO c")).ShouldContain("STARTTLS");
        (await client.AskAsync("STARTTLS")).ShouldBe("454 4.7.0 TLS not available due to temporary reason");
        (await client.AskAsync("STARTTLS")).ShouldStartWith("454");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        await server.Connections.NextEndAsync();
        server.Connections.Faults.ShouldBe([TlsFault.Unavailable]);
    }

    [Fact]
    public async Task Faults_that_the_client_does_not_come_to_are_not_counted()
    {
        await using var server = Start("hidden=50,454=50", TlsMode.StartTls);
        await using var client = await server.GreetedAsync();
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        await server.Connections.NextEndAsync();
        server.Connections.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Faults_that_come_before_the_name_do_not_touch_implicit_TLS()
    {
        await using var server = Start("hidden=50,454=50", TlsMode.Implicit);
        await using var client = await server.ConnectAsync();
        await client.StartTlsAsync();
        (await client.ReplyAsync()).ShouldStartWith("220");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        await server.Connections.NextEndAsync();
        server.Connections.Faults.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("bad.example", TlsFault.Expired)]
    [InlineData("mx.worse.example", TlsFault.WrongName)]
    [InlineData("good.example", TlsFault.None)]
    internal async Task A_server_s_name_has_faults_of_its_own(string serverName, TlsFault fault)
    {
        await using var server = Start("expired@bad.example=100,wrong-name@*.worse.example=100,reset@good.example=0,reset=0", TlsMode.Implicit);
        await using var client = await server.ConnectAsync();
        await client.StartTlsAsync(configure: options => options.TargetHost = serverName);
        (await client.ReplyAsync()).ShouldStartWith("220");
        server.Connections.Faults.ShouldBe(fault == TlsFault.None ? [] : [fault]);
    }

    [Fact]
    public void With_a_seed_the_draws_repeat_and_come_as_often_as_they_should()
    {
        TlsFaultRates.TryParse("expired=20,454=10,reset@mx.example=30,seed=42", out var rates).ShouldBeTrue();
        var first = Draws();
        first.ShouldBe(Draws());
        first.Count(fault => fault.Listener == TlsFault.Expired).ShouldBeInRange(1700, 2300);
        first.Count(fault => fault.Listener == TlsFault.Unavailable).ShouldBeInRange(800, 1200);
        first.Count(fault => fault.Name == TlsFault.Reset).ShouldBeInRange(2700, 3300);
        var upgraded = first.Where(fault => fault.Listener != TlsFault.Unavailable).ToList();
        upgraded.Count(fault => fault.Name == TlsFault.Reset).ShouldBeInRange((int)(upgraded.Count * 0.27), (int)(upgraded.Count * 0.33));

        List<(TlsFault Listener, TlsFault Name)> Draws()
        {
            var source = new TlsFaultSource(rates);
            return [.. Enumerable.Range(0, 10_000).Select(_ => source.Next()).Select(draw => (rates.Pick(draw), rates.Pick(draw, "mx.example")))];
        }
    }

    [Fact]
    public async Task Certificates_are_made_for_faults_only_and_the_authority_is_kept()
    {
        await using (var without = Start("reset=1", TlsMode.StartTls))
        {
            File.Exists(AuthorityOf(without)).ShouldBeFalse();
        }

        await using var with = Start("expired=1", TlsMode.StartTls);
        var kept = await File.ReadAllTextAsync(AuthorityOf(with), Patience.Token());
        await using var again = RunningServer.Start(settings => Configure(settings, "wrong-name=1", TlsMode.StartTls) with { StateFolder = with.Settings.StateFolder });
        (await File.ReadAllTextAsync(AuthorityOf(again), Patience.Token())).ShouldBe(kept);
    }

    private static string AuthorityOf(RunningServer server) => Path.Combine(server.Settings.StateFolder!, FaultCertificates.AuthorityFile);

    private static RunningServer Start(string faults, TlsMode mode) => RunningServer.Start(settings => Configure(settings, faults, mode));

    private static SinkSettings Configure(SinkSettings settings, string faults, TlsMode mode)
    {
        TlsFaultRates.TryParse(faults, out var rates).ShouldBeTrue();
        return settings with { Tls = mode, TlsFaults = rates };
    }

    private static async Task MetAsync(RunningServer server)
    {
        var patience = Patience.Token();
        while (server.Connections.Faults.IsEmpty)
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static async Task<(SslPolicyErrors Errors, X509ChainStatusFlags Chain, TlsFault[] Met)> ShownAsync(string faults, TlsMode mode, bool trusts)
    {
        await using var server = Start(faults, mode);
        await using var client = await server.BeforeHandshakeAsync();
        var trust = new TlsClientTrust(server.Clock.GetUtcNow(), trusts ? AuthorityOf(server) : null);
        await client.StartTlsAsync(configure: trust.For(Host));
        if (mode == TlsMode.Implicit)
        {
            (await client.ReplyAsync()).ShouldStartWith("220");
        }

        await client.BeginDataAsync();
        (await client.AskAsync("hello\r\n.")).ShouldStartWith("250 2.0.0");
        return (trust.Errors, trust.Chain, [.. server.Connections.Faults]);
    }
}

public sealed class TlsFaultTestsOverEpoll() : TlsFaultTests("epoll");

public sealed class TlsFaultTestsOverSockets() : TlsFaultTests("sockets");
