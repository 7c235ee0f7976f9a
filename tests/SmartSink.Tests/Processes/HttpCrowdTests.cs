using System.Net;
using System.Net.Sockets;
using System.Text;
using SmartSink.Http;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Processes;

/// <summary>As many clients of HTTP as may be, which say nothing or read nothing, while mail comes: SMTP does not know of them.</summary>
public sealed class HttpCrowdTests
{
    private const int Senders = 4;
    private const int Messages = 100;

    private static readonly byte[] Requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /api/v1/policy?count=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n", 20)));

    [Fact]
    public async Task Every_message_is_answered_and_counted()
    {
        await using var sink = await SinkProcess.StartAsync(
            """
            include = ["builtin:providers"]
            seed = 5
            [domain."nobody.example"]
            bounce = 20
            defer = 20
            [[bounce."nobody.example"]]
            code = 550
            msg = "5.1.1 unknown"
            [[defer."nobody.example"]]
            code = 451
            msg = "4.3.0 later"

            """);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var crowd = Enumerable.Range(0, HttpLimits.MostConnections).Select(i => CrowdAsync(sink.Http.Port, isSilent: i % 2 == 0, over.Token)).ToList();

        var answers = (await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => SendAsync(sink.SmtpPort)))).SelectMany(all => all).ToList();

        await over.CancelAsync();
        (await Task.WhenAll(crowd)).Sum().ShouldBeGreaterThanOrEqualTo(HttpLimits.MostConnections);
        answers.Count.ShouldBe(Senders * Messages);
        var metrics = await MetricsAsync(sink);
        foreach (var (first, outcome) in new[] { ('2', "accepted"), ('4', "tempfail"), ('5', "permfail") })
        {
            metrics.Sum("smartsink_recipients_total", ("outcome", outcome)).ShouldBe(answers.Count(answer => answer[0] == first), outcome);
        }

        (await sink.TerminateAsync()).ShouldBe(0, sink.Output);
    }

    /// <summary>What each recipient was answered.</summary>
    private static async Task<List<string>> SendAsync(int port)
    {
        using var client = await SmtpProbe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        var answers = new List<string>();
        for (var i = 0; i < Messages; i++)
        {
            (await client.SayAsync("MAIL FROM:<a@sender.example>")).ShouldStartWith("250 ");
            answers.Add(await client.SayAsync($"RCPT TO:<b{i}@nobody.example>"));
            if (answers[^1][0] == '2')
            {
                (await client.SayAsync("DATA")).ShouldStartWith("354 ");
                (await client.SayAsync("Subject: hello\r\n\r\nhello\r\n.")).ShouldStartWith("250 ");
            }
            else
            {
                (await client.SayAsync("RSET")).ShouldStartWith("250 ");
            }
        }

        return answers;
    }

    /// <summary>Connects whenever it was closed. Returns how often.</summary>
    private static async Task<int> CrowdAsync(int port, bool isSilent, CancellationToken over)
    {
        var connections = 0;
        while (!over.IsCancellationRequested)
        {
            using var client = new TcpClient { ReceiveBufferSize = 4096 };
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, over);
                connections++;
                if (isSilent)
                {
                    _ = await client.GetStream().ReadAsync(new byte[1], over);
                    continue;
                }

                // It learns of its end by sending: an empty line between requests means nothing.
                for (var text = Requests; ; text = "\r\n"u8.ToArray())
                {
                    await client.GetStream().WriteAsync(text, over);
                    await Task.Delay(TimeSpan.FromMilliseconds(250), over);
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // Closed, reset, or over.
            }
        }

        return connections;
    }

    // Those that are left are closed in their time.
    private static async Task<SmartSink.Testing.MetricsScrape> MetricsAsync(SinkProcess sink)
    {
        while (true)
        {
            try
            {
                return await sink.MetricsAsync();
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
            }
        }
    }
}
