using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Behaviour;
using SmartSink.Connections;
using SmartSink.Observers;
using SmartSink.Senders;
using SmartSink.Settings;
using SmartSink.Telemetry;
using SmartSink.Tests.Telemetry;
using SmartSink.Tests.Watching;
using SmartSink.Watching;

namespace SmartSink.Tests.Hosting;

public sealed class ReloadUnderLoadTests
{
    private const int Clients = 4;
    private const int Revisions = 30;
    private const int RecipientsEach = 5;

    /// <summary>
    /// While clients send, the policy is swapped again and again. Each revision answers with its own number: so every reply shows from
    /// which one it came, and it must be the one in force at its MAIL, the same for the whole transaction, and none may be missing.
    /// </summary>
    [Fact]
    public async Task No_reply_is_wrong_or_lost_while_the_file_is_swapped()
    {
        using var policy = new ReloadFixture(ReloadFixture.Refusing("revision 0"));
        using var metrics = new MetricsFixture();
        var settings = new SinkSettings { ListenAddress = IPAddress.Loopback, Port = 0, StateFolder = policy.Folder.Path, Hostname = "sink.example" };
        var reporter = new SessionReporter(new SessionMetrics(metrics.Metrics), new SenderTable(), NullLogger<SessionReporter>.Instance);
        using var server = new SmtpHost(settings, new BehaviourFilters(() => policy.Holder.Current, TimeProvider.System.ReadMoment()), reporter, new ConnectionMetrics(metrics.Metrics).ForListener, null, TimeProvider.System, NullLoggerFactory.Instance);
        server.Start();
        var inForce = 0;
        policy.Holder.Reloaded += (_, report) => inForce += report.Result == ReloadResult.Applied ? 1 : 0;

        using var done = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(_ => SendUntilAsync((IPEndPoint)server.Listeners[0].EndPoint, () => Volatile.Read(ref inForce), done.Token)).ToList();
        for (var revision = 1; revision <= Revisions; revision++)
        {
            Swap(policy, ReloadFixture.Refusing($"revision {revision}"), revision);
            policy.LookUntilSame();
        }

        await done.CancelAsync();
        var transactions = await Task.WhenAll(clients);
        await server.StopAsync(CancellationToken.None);

        inForce.ShouldBe(Revisions);
        var refused = transactions.Sum() * RecipientsEach;
        refused.ShouldBeGreaterThan(0);
        (await metrics.ScrapeAsync()).Sum("smartsink_recipients_total", ("outcome", "permfail"), ("domain", "other")).ShouldBe(refused);
    }

    private static void Swap(ReloadFixture policy, string text, int revision)
    {
        if (revision % 2 == 0)
        {
            policy.Write(text);
        }
        else
        {
            File.Move(policy.Folder.Write("next.toml", text), policy.MainFile, overwrite: true);
        }
    }

    private static async Task<int> SendUntilAsync(IPEndPoint server, Func<int> inForce, CancellationToken done)
    {
        using var client = await SmtpProbe.ConnectAsync(server);
        var rest = string.Concat(Enumerable.Range(0, RecipientsEach).Select(number => $"RCPT TO:<{number}@example.com>\r\n")) + "RSET";
        var transactions = 0;
        do
        {
            var oldest = inForce();
            (await client.SayAsync("MAIL FROM:<a@b.example>")).ShouldStartWith("250 ");

            // The holder is changed a moment before the number is.
            var newest = inForce() + 1;
            var first = await client.SayAsync(rest);
            var revision = int.Parse(first.Split(' ')[^1], CultureInfo.InvariantCulture);
            revision.ShouldBeInRange(oldest, newest);
            first.ShouldBe($"550 5.1.1 revision {revision}");
            for (var recipient = 1; recipient < RecipientsEach; recipient++)
            {
                (await client.HearAsync()).ShouldBe(first);
            }

            (await client.HearAsync()).ShouldStartWith("250 ");
            transactions++;
        }
        while (!done.IsCancellationRequested);

        return transactions;
    }
}
