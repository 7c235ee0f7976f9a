using System.Net;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Connections;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Processes;

/// <summary>Once, a process without free descriptors burnt a processor in the web server's accept loop, and then was ended by its runtime.</summary>
public sealed class DescriptorTests
{
    private const int OpenFiles = 512;

    /// <summary>Turns of a polling thread for a client: it is accepted, and greeted.</summary>
    private const int PerConnection = 2;

    [Fact]
    public async Task Clients_beyond_the_limit_on_open_files_are_told_and_HTTP_and_reloading_go_on()
    {
        const int Room = OpenFiles - SmartSink.Shared.DescriptorLimit.Reserve;
        await using var sink = await SinkProcess.StartAsync("", command: ["sh", "-c", $"ulimit -n {OpenFiles}; exec \"$0\" \"$@\"", .. SinkProcess.OwnCommand]);
        sink.Output.ShouldContain($"INF The limit of {OpenFiles} open files leaves room for {Room} SMTP connections instead of 32768; raise it (ulimit -n) to serve more");
        var server = new IPEndPoint(IPAddress.Loopback, sink.SmtpPort);
        var clients = new List<SmtpTestClient>();
        for (var i = 0; i < OpenFiles; i++)
        {
            var client = await SmtpTestClient.ConnectAsync(server);
            (await client.ReplyAsync()).ShouldStartWith(i < Room ? "220 " : "421 4.3.2 ");
            clients.Add(client);
        }

        // Who is in is served as if nobody stood outside.
        var turns = (await sink.MetricsAsync()).Sum("smartsink_polling_turns_total");
        turns.ShouldBeLessThanOrEqualTo(OpenFiles * PerConnection);
        (await clients[0].AskAsync("EHLO c")).ShouldStartWith("250");
        (await clients[0].AskAsync("MAIL FROM:<a@example.org>")).ShouldStartWith("250");

        await sink.ChangePolicyAsync("[default]\nbounce = 100\n");
        var metrics = await sink.MetricsAsync();
        metrics.Sum("smartsink_connections_open").ShouldBe(Room);
        metrics.Sum("smartsink_connections_closed_total", ("reason", "too_many_connections")).ShouldBe(OpenFiles - Room);
        metrics.Sum("smartsink_accept_errors_total").ShouldBe(0);

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        var patience = Patience.Token();
        while ((await sink.MetricsAsync()).Sum("smartsink_connections_open") > 0)
        {
            patience.ThrowIfCancellationRequested();
        }

        using var next = await SmtpProbe.ConnectAsync(server);
        (await sink.TerminateAsync()).ShouldBe(0);
    }
}
