using System.Globalization;
using System.Net;
using System.Text;
using SmartSink.Testing;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>What goes over the wire, octet by octet.</summary>
public sealed class WireTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task STARTTLS_comes_after_EHLO_and_EHLO_again_after_the_handshake()
    {
        FakeSession? heard = null;
        await using var server = FakeServer.Start((session, _) =>
        {
            heard = session;
            session.Extensions = ["STARTTLS", "PIPELINING"];
            return session.ServeAsync();
        });

        var (end, observer) = await (Runs.To(server, messages: 1) with
        {
            Target = new DnsEndPoint("localhost", server.EndPoint.Port),
            Tls = TlsMode.StartTls,
            Helo = "client.example",
        }).MakeAsync();

        (end, observer.Accepted).ShouldBe((TrafficEnd.Complete, 1));
        heard!.Heard[..3].ShouldBe(["EHLO client.example", "STARTTLS", "EHLO client.example"]);
        heard.Heard[3].ShouldStartWith("MAIL FROM:<noreply@a.example>");
        heard.ServerName.ShouldBe("localhost");
        observer.Times[TrafficStage.Tls].ShouldBe(1);
        observer.Times[TrafficStage.Ehlo].ShouldBe(2);
    }

    [Fact]
    public async Task What_a_server_says_in_the_clear_after_its_reply_to_STARTTLS_is_not_believed()
    {
        FakeSession? heard = null;
        await using var server = FakeServer.Start(async (session, _) =>
        {
            heard = session;
            await session.SayAsync("220 fake.example\r\n");
            await session.HearAsync();
            await session.SayAsync("250-fake.example\r\n250 STARTTLS\r\n");
            await session.HearAsync();
            await session.SayAsync("220 Go on\r\n250 CHUNKING\r\n");
            await session.SecureAsync();
            await session.HearAsync();
            await session.SayAsync("250 fake.example\r\n");
            await session.HearAsync();
        });

        var (_, observer) = await (Runs.To(server, messages: 1) with { Tls = TlsMode.StartTls, Chunking = true }).MakeAsync();

        observer.Reason.ShouldNotBeNull().ShouldEndWith("does not offer CHUNKING");
        heard!.Heard.Count(line => line.StartsWith("EHLO", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task Implicit_TLS_begins_with_the_first_octet()
    {
        FakeSession? heard = null;
        await using var server = FakeServer.Start(async (session, _) =>
        {
            heard = session;
            await session.SecureAsync();
            await session.ServeAsync();
        });

        var (end, observer) = await (Runs.To(server, messages: 2) with { Tls = TlsMode.Implicit }).MakeAsync();

        (end, observer.Accepted, observer.Connections).ShouldBe((TrafficEnd.Complete, 2, 1));
        heard!.Heard[0].ShouldStartWith("EHLO ");
        heard.Heard.ShouldNotContain("STARTTLS");
        heard.Heard[^1].ShouldBe("QUIT");
    }

    [Fact]
    public async Task A_line_of_the_PROXY_protocol_names_the_connections_own_addresses()
    {
        FakeSession? heard = null;
        await using var server = FakeServer.Start(async (session, _) =>
        {
            heard = session;
            await session.HearAsync();
            await session.ServeAsync();
        });

        var (end, observer) = await (Runs.To(server, messages: 2) with
        {
            ProxyProtocol = ProxyProtocol.V1,
            SourceAddresses = [IPAddress.Parse("127.0.0.7")],
        }).MakeAsync();

        (end, observer.Accepted, observer.Connections).ShouldBe((TrafficEnd.Complete, 2, 1));
        heard!.Heard[0].ShouldMatch($"^PROXY TCP4 127\\.0\\.0\\.7 127\\.0\\.0\\.1 [0-9]+ {server.EndPoint.Port}$");
        heard.Heard[1].ShouldStartWith("EHLO ");
    }

    [Theory]
    [InlineData("192.0.2.1", "198.51.100.2", "0d0a0d0a000d0a515549540a2111000cc0000201c63364021f400019")]
    [InlineData("2001:db8::1", "2001:db8::2", "0d0a0d0a000d0a515549540a2121002420010db800000000000000000000000120010db80000000000000000000000021f400019")]
    public void A_binary_header_of_the_PROXY_protocol_is_as_specified(string source, string destination, string bytes)
    {
        var header = ProxyHeader.Make(ProxyProtocol.V2, new IPEndPoint(IPAddress.Parse(source), 8000), new IPEndPoint(IPAddress.Parse(destination), 25));

        Convert.ToHexStringLower(header).ShouldBe(bytes);
    }

    [Theory]
    [InlineData("AUTH CRAM-MD5 LOGIN PLAIN", new[] { "AUTH PLAIN AG1lAHPDtmNyZXQ6Mg==" })]
    [InlineData("AUTH LOGIN", new[] { "AUTH LOGIN", "bWU=", "c8O2Y3JldDoy" })]
    public async Task AUTH_says_the_credential_once_before_the_first_message(string offered, string[] lines)
    {
        FakeSession? heard = null;
        await using var server = FakeServer.Start((session, _) =>
        {
            heard = session;
            session.Extensions = [offered];
            return session.ServeAsync();
        });

        var (end, observer) = await (Runs.To(server, messages: 2) with { Credential = new NetworkCredential("me", "söcret:2") }).MakeAsync();

        (end, observer.Accepted, observer.Times[TrafficStage.Auth]).ShouldBe((TrafficEnd.Complete, 2, lines.Length));
        heard!.Heard[1..(1 + lines.Length)].ShouldBe(lines);
        heard.Heard[1 + lines.Length].ShouldStartWith("MAIL ");
        heard.Heard.Count(line => line.StartsWith("AUTH", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData(0, TlsMode.None)]
    [InlineData(1, TlsMode.None)]
    [InlineData(1024, TlsMode.None)]
    [InlineData(32 * 1024, TlsMode.None)]
    [InlineData(128 * 1024, TlsMode.None)]
    [InlineData((128 * 1024) + 3, TlsMode.None)]
    [InlineData(300_000, TlsMode.None)]
    // Nothing leaves at once over TLS, so the parts of a message go one by one.
    [InlineData(1024, TlsMode.Implicit)]
    [InlineData(100_000, TlsMode.Implicit)]
    [InlineData(300_000, TlsMode.Implicit)]
    internal async Task BDAT_says_as_many_octets_as_follow(int size, TlsMode tls)
    {
        FakeSession? heard = null;
        await using var server = FakeServer.Start(async (session, _) =>
        {
            heard = session;
            session.Extensions = ["CHUNKING", "PIPELINING"];
            if (tls == TlsMode.Implicit)
            {
                await session.SecureAsync();
            }

            await session.ServeAsync();
        });

        var (end, observer) = await (Runs.To(server, messages: 3) with { Chunking = true, BodySize = size, Tls = tls }).MakeAsync();

        // A size that is not that of the octets would put the dialog out of step.
        (end, observer.Accepted, observer.Faults.Count).ShouldBe((TrafficEnd.Complete, 3, 0));
        heard!.Heard.Where(line => line.StartsWith("BDAT", StringComparison.Ordinal))
            .ShouldBe(heard.Chunks.Select(chunk => $"BDAT {chunk.Length.ToString(CultureInfo.InvariantCulture)} LAST"));
        heard.Chunks.ShouldAllBe(chunk => chunk.Length - chunk.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4 == (size == 1 ? 2 : size));
        heard.Heard.ShouldNotContain(line => line.StartsWith("DATA", StringComparison.Ordinal));
        observer.Bytes.ShouldBe(heard.Chunks.Sum(chunk => chunk.Length));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dots_are_stuffed_for_DATA_and_not_for_BDAT(bool chunking)
    {
        const string Message = "Subject: dots\r\n\r\n.\r\n..\r\n.a\r\nno. dot\r\n";
        FakeSession? heard = null;
        await using var server = FakeServer.Start((session, _) =>
        {
            heard = session;
            session.Extensions = ["CHUNKING", "SIZE"];
            return session.ServeAsync();
        });

        var (_, observer) = await (Runs.To(server, messages: 1) with
        {
            BodyFile = _folder.Write("message", Message.Replace("\r\n", "\n", StringComparison.Ordinal)),
            Chunking = chunking,
        }).MakeAsync();

        (observer.Accepted, observer.Bytes).ShouldBe((1, Encoding.ASCII.GetByteCount(Message)));
        heard!.Heard[1].ShouldBe($"MAIL FROM:<noreply@a.example> SIZE={Message.Length}");
        if (chunking)
        {
            heard.Chunks.ShouldBe([Message]);
        }
        else
        {
            heard.Heard.SkipWhile(line => line != "DATA").Skip(1).Take(7).ShouldBe(["Subject: dots", string.Empty, "..", "...", "..a", "no. dot", "."]);
        }
    }
}
