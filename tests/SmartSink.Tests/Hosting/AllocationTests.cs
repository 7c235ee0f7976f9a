using System.Net;
using System.Text;
using SmartSink.Settings;
using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Hosting;

/// <summary>
/// What the whole server, with the shipped policy, its metrics and its log, allocates for mail that comes over sockets. Its clock stands
/// still, so that nothing is counted that the mail did not cause.
/// </summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class AllocationTests
{
    private const int WarmUp = 1000;

    /// <summary>Many short ones: the web server's heartbeat, which allocates, comes once a second, and is to miss most of them on a machine that is a hundred times slower, too.</summary>
    private const int Rounds = 50;

    /// <summary>Octets that a connection may cost from accept to close, its session and first transaction included.</summary>
    private const double PerConnection = 464;

    /// <summary>Domains of the shipped policy with various rates, and replies that are templates, of several lines or said at end of data; none closes.</summary>
    private static readonly byte[][] Envelopes =
    [
        .. new[] { "example.net", "zoho.com", "rambler.ru", "tmes.trendmicro.com" }
            .Select(domain => Encoding.ASCII.GetBytes($"MAIL FROM:<sender@origin.example>\r\nRCPT TO:<someone@{domain}>\r\n")),
    ];

    [Theory]
    [InlineData(1_000, 100, false, false)]
    [InlineData(100_000, 20, false, false)]
    [InlineData(1_000, 100, true, false)]
    [InlineData(100_000, 20, true, false)]
    [InlineData(1_000, 100, false, true)]
    [InlineData(100_000, 20, true, true)]
    public async Task A_transaction_on_a_kept_connection_allocates_nothing(int size, int transactions, bool inChunks, bool keepsLedger)
    {
        await using var sink = await StartAsync(keepsLedger);
        var message = inChunks ? Chunk(size) : Message(size);
        using var client = BlockingClient.Greeted(sink.App.SmtpEndPoint);
        Deliver(client, message, WarmUp, inChunks);

        var allocated = AllocatedMemory.ByOthers(() => Deliver(client, message, transactions, inChunks), Rounds);

        allocated.ShouldBeLessThan(transactions);
        await CountedAsync(sink, refusesSome: !keepsLedger);
    }

    [Fact]
    public async Task A_connection_allocates_little()
    {
        const int Connections = 40;
        await using var sink = await StartAsync();
        var message = Message(1_000);
        Connect(sink.App.SmtpEndPoint, message, WarmUp);

        var each = AllocatedMemory.ByOthers(() => Connect(sink.App.SmtpEndPoint, message, Connections), Rounds) / (double)Connections;

        each.ShouldBeLessThan(PerConnection);
        await CountedAsync(sink, refusesSome: true);
    }

    /// <summary>A ledger keeps refusals, and when its thread gets to it is a matter of time: a sink that has one refuses nothing here.</summary>
    private static Task<RunningSink> StartAsync(bool keepsLedger = false) => RunningSink.StartAsync(
        configure: settings => settings with
        {
            PolicyFile = keepsLedger ? settings.PolicyFile : Path.Combine(RepositoryRoot.Path, "policy", "responses.toml"),
            StartTls = true,
            KeepsLedger = keepsLedger,
            LogLevel = new SinkSettings { StateFolder = "", Hostname = "" }.LogLevel,
        },
        clock: new ManualTimeProvider());

    private static byte[] Message(int size)
    {
        const string Line = "This line of the message is one of many that are alike.\r\n";
        return Encoding.ASCII.GetBytes("Subject: x\r\n\r\n" + string.Concat(Enumerable.Repeat(Line, size / Line.Length)) + ".\r\n");
    }

    private static byte[] Chunk(int size) => Encoding.ASCII.GetBytes($"BDAT {size} LAST\r\n" + new string('x', size));

    private static void Deliver(BlockingClient client, byte[] message, int transactions, bool inChunks)
    {
        for (var i = 0; i < transactions; i++)
        {
            _ = inChunks ? client.DeliverChunk(Envelopes[i % Envelopes.Length], message) : client.Deliver(Envelopes[i % Envelopes.Length], message);
        }
    }

    private static void Connect(IPEndPoint server, byte[] message, int connections)
    {
        for (var i = 0; i < connections; i++)
        {
            using var client = BlockingClient.Greeted(server);
            client.Deliver(Envelopes[i % Envelopes.Length], message);
            client.Ask("QUIT\r\n"u8).ShouldBe(221);
        }
    }

    /// <summary>The metrics have seen it.</summary>
    private static async Task CountedAsync(RunningSink sink, bool refusesSome)
    {
        var metrics = await sink.ScrapeAsync();
        var accepted = metrics.Sum("smartsink_recipients_total", ("outcome", "accepted"));
        accepted.ShouldBeGreaterThanOrEqualTo(WarmUp);
        (accepted < metrics.Sum("smartsink_recipients_total")).ShouldBe(refusesSome);
        metrics.Sum("smartsink_messages_total", ("outcome", "accepted")).ShouldBe(accepted);
    }
}
