using System.Net.Security;
using System.Security.Authentication;
using SmartSink.Settings;
using SmartSink.Smtp.Server;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Tls;

/// <summary>Nothing that a client does in or instead of a handshake is more than a connection that ends with its reason.</summary>
public abstract class TlsBadInputTests
{
    protected TlsBadInputTests(string transport) => RunningServer.Over = transport;

    private const byte Alert = 21;
    private const byte HandshakeRecord = 22;

    public static TheoryData<string, byte[]> NotHellos => new()
    {
        { "text", "EHLO client.example\r\n"u8.ToArray() },
        { "a request of HTTP", "GET / HTTP/1.1\r\nHost: mx.sink.test\r\n\r\n"u8.ToArray() },
        { "zeros", new byte[1000] },
        { "an SSL 2 hello", [0x80, 0x2E, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10, .. new byte[37]] },
        { "a record longer than any may be", ClientHello.Record(new byte[40_000], length: 40_000) },
        { "an empty record", ClientHello.Record([]) },
        { "a record of no known type", ClientHello.Record("hello"u8, type: 99) },
        { "an alert", ClientHello.Record([2, 40], type: Alert) },
        { "data before any handshake", ClientHello.Record("MAIL FROM:<a@b.example>\r\n"u8, type: 23) },
        { "a message that no client begins with", ClientHello.Record([2, 0, 0, 2, 3, 3]) },
        { "a hello of nothing", ClientHello.Record([1, 0, 0, 0]) },
        { "a hello that says to be longer than its record", ClientHello.Record([1, 0, 0xFF, 0xFF, 3, 3]) },
        { "a hello without end", [.. ClientHello.Record([1, 0xFF, 0xFF, 0xFF, 3, 3]), .. Enumerable.Repeat(ClientHello.Record(new byte[16_000]), 20).SelectMany(record => record)] },
        { "an empty record behind a good hello", [.. ClientHello.Make("localhost"), .. ClientHello.Record([])] },
        { "a name of 300 octets", ClientHello.Make(new string('x', 300)) },
        { "a name of 16,000 octets", ClientHello.Make(new string('x', 16_000)) },
        { "a name with a zero in it", ClientHello.Make("mx\0.example") },
    };

    [Theory]
    [MemberData(nameof(NotHellos))]
    public async Task What_is_no_hello_ends_the_connection(string what, byte[] bytes)
    {
        foreach (var mode in new[] { TlsMode.Implicit, TlsMode.StartTls })
        {
            await using var server = RunningServer.Start(settings => settings with { Tls = mode });
            await using var client = await server.BeforeHandshakeAsync();
            await client.SendUntilClosedAsync(bytes);
            client.HalfClose();
            await client.ReadToEndAsync();
            (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TlsFailed, what);
            server.Connections.Handshakes.ShouldBe([(SslProtocols.None, false)]);
            server.Sessions.Events.ShouldNotContain(line => line.Contains("mail", StringComparison.OrdinalIgnoreCase), what);
        }
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("localhost", 1)]
    [InlineData("no such name, and none that could be", 1)]
    [InlineData("192.0.2.1", 1)]
    [InlineData("x", 255)]
    public async Task A_hello_with_any_name_or_none_is_answered(string? part, int times)
    {
        var serverName = part is null ? null : string.Concat(Enumerable.Repeat(part, times));
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit });
        await using var client = await server.ConnectAsync();
        await client.SendAsync(ClientHello.Make(serverName));
        (await client.ByteAsync()).ShouldBe(HandshakeRecord);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(40)]
    public async Task A_hello_in_two_records_is_answered(int first)
    {
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit });
        await using var client = await server.ConnectAsync();
        await client.SendAsync(ClientHello.InTwoRecords("localhost", first));
        (await client.ByteAsync()).ShouldBe(HandshakeRecord);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(30)]
    [InlineData(int.MaxValue)]
    public async Task A_client_may_go_at_every_point_of_its_hello(int sent)
    {
        foreach (var resets in new[] { false, true })
        {
            await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit });
            await using var client = await server.ConnectAsync();
            var hello = ClientHello.Make("localhost");
            await client.SendAsync(hello.AsMemory(0, Math.Min(sent, hello.Length)));
            if (sent > hello.Length)
            {
                (await client.ByteAsync()).ShouldBe(HandshakeRecord);
            }

            await server.SettledAsync(received: 0);
            if (resets)
            {
                client.Reset();
            }
            else
            {
                await client.DisposeAsync();
            }

            // A reset may come before the handshake has begun to wait.
            var reason = await server.Connections.NextEndAsync();
            reason.ShouldBeOneOf(SessionEndReason.TlsFailed, resets ? SessionEndReason.ConnectionReset : SessionEndReason.TlsFailed);
        }
    }

    [Fact]
    public async Task A_client_that_turns_the_certificate_down_when_all_is_done_has_closed()
    {
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit });
        await using var client = await server.ConnectAsync();
        await Should.ThrowAsync<AuthenticationException>(() =>
            client.StartTlsAsync(SslProtocols.Tls12, options => options.RemoteCertificateValidationCallback = (_, _, _, errors) => errors == SslPolicyErrors.None));
        await client.DisposeAsync();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.ClientClosed);
    }

    [Fact]
    public async Task A_hello_on_a_port_for_text_is_told_so_and_closed()
    {
        await using var server = RunningServer.Start(settings => settings with { StartTls = true });
        await using var client = await server.GreetedAsync();
        await client.SendAsync(ClientHello.Make("localhost"));
        (await client.ReplyAsync()).ShouldBe("554 5.5.1 This is an SMTP server; closing");
        (await client.LineAsync()).ShouldBeNull();
        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.NotSmtp);
    }

    [Fact]
    public async Task A_hello_that_trickles_in_is_put_together()
    {
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit });
        await using var client = await server.ConnectAsync();
        foreach (var octet in ClientHello.Make("localhost"))
        {
            await client.SendAsync(new[] { octet });
        }

        (await client.ByteAsync()).ShouldBe(HandshakeRecord);
    }
}

public sealed class TlsBadInputTestsOverEpoll() : TlsBadInputTests("epoll");

public sealed class TlsBadInputTestsOverSockets() : TlsBadInputTests("sockets");
