using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Postfix;

/// <summary>A real Postfix relays to the sink: its log, its queue and the sink's metrics tell the same story.</summary>
public sealed class PostfixRelayTests
{
    private const int MessagesPerDomain = 500;

    // No reply here closes the connection: after a 421 Postfix would rightly give up on recipients without asking.
    private const string Replies = """
        [[bounce."gmail.com"]]
        code = 550
        msg = "5.1.1 The email account that you tried to reach does not exist. {id} - gsmtp"

        [[bounce."gmail.com"]]
        code = 552
        msg = "5.2.2 The recipient's inbox is out of storage space.\nPlease direct the recipient to free some. {id} - gsmtp"

        [[defer."gmail.com"]]
        code = 450
        msg = "4.2.1 The user you are trying to contact is receiving mail too quickly. {id} - gsmtp"

        [[bounce."yahoo.com"]]
        code = 554
        msg = "5.4.4 dd This user doesn't have a yahoo.com account ({recipient})"
        stage = "data"

        [[defer."yahoo.com"]]
        code = 451
        msg = "4.3.2 Temporarily deferred"
        stage = "data"

        """;

    private static readonly string[] Domains = ["gmail.com", "yahoo.com", "elsewhere.example"];

    [Fact]
    public async Task Log_queue_and_metrics_agree_and_deferred_mail_gets_through_when_the_rates_are_set_to_zero()
    {
        Requirement.Programs("postfix", "smtp-source");
        Requirement.Root();
        await using var sink = await SinkProcess.StartAsync("""
            seed = 7
            [default]
            bounce = 0
            defer = 0
            [domain."gmail.com"]
            bounce = 20
            defer = 25
            [domain."yahoo.com"]
            bounce = 10
            defer = 40

            """ + Replies);
        await using var postfix = await PostfixInstance.StartAsync(sink.SmtpPort);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));

        foreach (var domain in Domains)
        {
            // The null sender: Postfix then sends no bounce messages of its own through the sink.
            var sent = await Tool.RunAsync(
                "smtp-source",
                ["-s", "10", "-m", $"{MessagesPerDomain}", "-N", "-f", string.Empty, "-t", $"user@{domain}", $"127.0.0.1:{postfix.Port}"]);
            sent.ExitCode.ShouldBe(0, sent.ToString());
        }

        var first = await postfix.WaitForDeliveriesAsync(MessagesPerDomain * Domains.Length, limit.Token);
        AssertSameStory(first, await sink.MetricsAsync());
        first.Where(delivery => delivery.Domain == "elsewhere.example").ShouldAllBe(delivery => delivery.Status == "sent");
        foreach (var delivery in first.Where(delivery => delivery.Status != "sent"))
        {
            var expected = (delivery.Domain, delivery.Status) switch
            {
                ("gmail.com", "bounced") => "said: 55",
                ("gmail.com", "deferred") => "said: 450 4.2.1 The user you are trying to contact is receiving mail too quickly.",
                ("yahoo.com", "bounced") => $"said: 554 5.4.4 dd This user doesn't have a yahoo.com account ({delivery.Recipient}) (in reply to end of DATA command)",
                ("yahoo.com", "deferred") => "said: 451 4.3.2 Temporarily deferred (in reply to end of DATA command)",
                _ => throw new InvalidOperationException($"unexpected: {delivery}"),
            };
            delivery.Reply.ShouldContain(expected);
        }

        var deferred = first.Count(delivery => delivery.Status == "deferred");
        deferred.ShouldBeGreaterThan(0);
        await postfix.WaitForDeferredAsync(deferred, limit.Token);

        await sink.ChangePolicyAsync("""
            [default]
            bounce = 0
            defer = 0
            [domain."gmail.com"]
            [domain."yahoo.com"]

            """);
        await postfix.FlushAsync();
        var all = await postfix.WaitForDeliveriesAsync(first.Count + deferred, limit.Token);
        all.Skip(first.Count).ShouldAllBe(delivery => delivery.Status == "sent");
        AssertSameStory(all, await sink.MetricsAsync());
        await postfix.WaitForDeferredAsync(0, limit.Token);
    }

    [Fact]
    public async Task By_LMTP_on_a_Unix_socket_each_recipient_of_a_message_meets_its_own_answer()
    {
        const int Messages = 20;
        const int Recipients = 5;
        Requirement.Programs("postfix", "smtp-source");
        Requirement.Root();
        using var folder = new TemporaryFolder();
        (await Tool.RunAsync("chmod", ["755", folder.Path])).ExitCode.ShouldBe(0);
        var socket = folder.Combine("smartsink.sock");
        await using var sink = await SinkProcess.StartAsync("""
            seed = 7
            [domain."yahoo.com"]
            bounce = 30
            defer = 30

            """ + Replies, new Dictionary<string, string> { ["SINK_LISTEN"] = $"unix:{socket}", ["SINK_PROTOCOL"] = "lmtp", ["SINK_SOCKET_MODE"] = "0600", ["SINK_SOCKET_OWNER"] = "postfix" });
        await using var postfix = await PostfixInstance.StartAsync(socket);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));

        var sent = await Tool.RunAsync(
            "smtp-source", ["-s", "5", "-m", $"{Messages}", "-r", $"{Recipients}", "-f", string.Empty, "-t", "user@yahoo.com", $"127.0.0.1:{postfix.Port}"]);
        sent.ExitCode.ShouldBe(0, sent.ToString());

        var deliveries = await postfix.WaitForDeliveriesAsync(Messages * Recipients, limit.Token);
        AssertSameStory(deliveries, await sink.MetricsAsync());
        deliveries.ShouldAllBe(delivery => delivery.Relay.EndsWith($"[{socket}]", StringComparison.Ordinal));
        deliveries.Select(delivery => delivery.Status).Distinct().Order().ShouldBe(["bounced", "deferred", "sent"]);
        (await sink.MetricsAsync()).Sum("smartsink_messages_total").ShouldBe(Messages);
    }

    private static void AssertSameStory(IReadOnlyList<Delivery> log, MetricsScrape metrics)
    {
        foreach (var domain in Domains)
        {
            var label = domain == "elsewhere.example" ? "other" : domain;
            foreach (var (status, outcome) in new[] { ("sent", "accepted"), ("deferred", "tempfail"), ("bounced", "permfail") })
            {
                metrics.Sum("smartsink_recipients_total", ("domain", label), ("outcome", outcome))
                    .ShouldBe(log.Count(delivery => delivery.Domain == domain && delivery.Status == status), $"{domain}: {status}");
            }
        }
    }
}
