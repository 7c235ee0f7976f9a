using System.Net;
using SmartSink.EndToEnd.Tests.Postfix;
using SmartSink.EndToEnd.Tests.Redirect;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Mta;

/// <summary>A real Postfix looks domains up and connects to their mail servers, and the kernel turns its connections round to the sink.</summary>
public sealed class DivertedMtaTests
{
    private const int MessagesPerDomain = 2000;

    [Fact]
    public async Task Log_queue_and_sink_agree_message_by_message_and_deferred_mail_gets_through_when_the_rates_are_set_to_zero()
    {
        Requirement.Programs("postfix", "smtp-source", "ip", "iptables", "nft");
        Requirement.Root();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        await using var host = await MtaHost.StartAsync(Providers.Zone, Providers.OverTcp);
        await using var sink = await host.StartSinkAsync(Providers.Refusing, ("SINK_PORT", "2525"));
        (await host.Network.TryAsync(PageText.Deployment.Command("docker/redirect.sh up --uid"))).ExitCode.ShouldBe(0);

        var all = await SendAndCompareAsync(host, MessagesPerDomain, limit.Token, sink);

        await sink.ChangePolicyAsync(Providers.RefusingConnections);
        await host.SendAsync(1, "gmail.example");
        var last = (await host.Postfix.WaitForDeliveriesAsync(all + 1, limit.Token))[^1];
        last.Status.ShouldBe("deferred");
        last.Reply.ShouldMatch(@"^host mx1\.gmail\.example\[\S+\] refused to talk to me: 421 4\.7\.0 mx1\.gmail\.example has too many connections from ");

        host.AnswersOverTcp.ShouldBeGreaterThan(0);
        await AssertNothingLeftAsync(host);
    }

    [Fact]
    public async Task The_same_through_HAProxy_over_two_sinks()
    {
        Requirement.Programs("postfix", "smtp-source", "ip", "iptables", "nft", "haproxy");
        Requirement.Root();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));

        // Over IPv6 HAProxy 2.6 does not know where a diverted connection was meant to go.
        await using var host = await MtaHost.StartAsync(Providers.Zone, Providers.OverTcp, "smtp_address_preference = ipv4");
        await using var first = await host.StartSinkAsync(Providers.Refusing, PageText.Deployment.Variables("SINK_PORT=2626"));
        await using var second = await host.StartSinkAsync(Providers.Refusing, PageText.Deployment.Variables("SINK_PORT=2627"));
        using var proxy = await HaproxyInstance.StartAsync(host.Network, PageText.Deployment.Block("global"));
        (await host.Network.TryAsync(PageText.Deployment.Command("docker/redirect.sh up --uid"))).ExitCode.ShouldBe(0);

        await SendAndCompareAsync(host, MessagesPerDomain, limit.Token, first, second);

        (await first.MetricsAsync()).Sum("smartsink_connections_total").ShouldBeGreaterThan(0);
        (await second.MetricsAsync()).Sum("smartsink_connections_total").ShouldBeGreaterThan(0);
        await AssertNothingLeftAsync(host);
    }

    [Fact]
    public async Task The_same_with_the_sink_on_a_gateway()
    {
        Requirement.Programs("postfix", "smtp-source", "ip", "iptables", "nft");
        Requirement.Root();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        await using var gateway = await NetworkNamespace.CreateBareAsync();
        await using var host = await MtaHost.StartAsync(Providers.Zone, Providers.OverTcp, gateway: gateway);
        await using var sink = await host.StartSinkAsync(Providers.Refusing, ("SINK_PORT", "2525"));
        (await gateway.TryAsync(PageText.Deployment.Command("docker/redirect.sh up --gateway eth1").Replace("eth1", "down0", StringComparison.Ordinal))).ExitCode.ShouldBe(0);

        await SendAndCompareAsync(host, messagesPerDomain: 200, limit.Token, sink);

        await AssertNothingLeftAsync(host);
    }

    /// <summary>Sends mail that is partly refused, compares, lets all of it in, and compares again. Returns the number of tries.</summary>
    private static async Task<int> SendAndCompareAsync(MtaHost host, int messagesPerDomain, CancellationToken limit, params SinkProcess[] sinks)
    {
        var messages = messagesPerDomain * Providers.Domains.Count;
        await Task.WhenAll(Providers.Domains.Select(domain => host.SendAsync(messagesPerDomain, domain)));
        var first = await host.Postfix.WaitForDeliveriesAsync(messages, limit);

        first.Count.ShouldBe(messages);
        await AssertSameStoryAsync(first, sinks, limit);
        AssertTexts(first);
        var deferred = first.Where(delivery => delivery.Status == "deferred").ToList();
        var queue = await host.Postfix.WaitForDeferredAsync(deferred.Count, limit);
        queue.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .ShouldBe(deferred.Select(delivery => KeyValuePair.Create(delivery.Recipient, delivery.Reply)).OrderBy(entry => entry.Key, StringComparer.Ordinal));

        await Task.WhenAll(sinks.Select(sink => sink.ChangePolicyAsync(Providers.Accepting)));
        await host.Postfix.FlushAsync();
        var all = await host.Postfix.WaitForDeliveriesAsync(messages + deferred.Count, limit);
        all.Skip(messages).ShouldAllBe(delivery => delivery.Status == "sent");
        await AssertSameStoryAsync(all, sinks, limit);
        (await host.Postfix.WaitForDeferredAsync(0, limit)).ShouldBeEmpty();
        return all.Count;
    }

    private static async Task AssertNothingLeftAsync(MtaHost host)
    {
        (await GuardedExit.PacketsThatLeftAsync(host.LastHost)).ShouldBe(0);
        await host.Network.TryAsync("echo > /dev/udp/203.0.113.1/25");
        (await GuardedExit.PacketsThatLeftAsync(host.LastHost)).ShouldBe(1, "the guard counts nothing");
    }

    private static async Task AssertSameStoryAsync(IReadOnlyList<Delivery> log, SinkProcess[] sinks, CancellationToken limit)
    {
        var scrapes = await Task.WhenAll(sinks.Select(sink => sink.MetricsAsync()));
        foreach (var domain in Providers.Domains)
        {
            foreach (var (status, outcome) in new[] { ("sent", "accepted"), ("deferred", "tempfail"), ("bounced", "permfail") })
            {
                // A message refused at MAIL has no recipient yet.
                scrapes.Sum(scrape => scrape.Sum("smartsink_recipients_total", ("domain", domain), ("outcome", outcome)))
                    .ShouldBe(log.Count(delivery => delivery.Domain == domain && delivery.Status == status && delivery.Command != "MAIL FROM"), $"{domain}: {status}");
            }
        }

        scrapes.Sum(scrape => scrape.Sum("smartsink_replies_total", ("code", "452"))).ShouldBe(log.Count(delivery => delivery.Command == "MAIL FROM"));
        scrapes.Sum(scrape => scrape.Sum("smartsink_log_events_dropped_total")).ShouldBe(0);

        // A proxy may tell the sinks of IPv6 that it came to the proxy itself.
        var isProxied = sinks.Length > 1;
        SinkStory.Of(log).ShouldBe(await SinkStory.WaitForAsync(log.Count, sinks, limit), destination => isProxied && IPAddress.Parse(destination).GetAddressBytes().Length > 4 ? "IPv6" : destination);
    }

    private static void AssertTexts(IReadOnlyList<Delivery> log)
    {
        log.Where(delivery => delivery.Domain == "corp.example").ShouldAllBe(delivery => delivery.Status == "sent");
        foreach (var (domain, status, command, text) in new[]
        {
            ("gmail.example", "bounced", "RCPT TO", "^55[02][- ]5\\.[12]\\.[12] The "),
            ("gmail.example", "deferred", "RCPT TO", "^450 4\\.2\\.1 The user you are trying to contact is receiving mail too quickly, says mx1\\.gmail\\.example\\. "),
            ("yahoo.example", "bounced", "end of DATA", "^554 5\\.4\\.4 This user doesn't have an account \\(\\d+user@yahoo\\.example\\)$"),
            ("yahoo.example", "deferred", "end of DATA", "^451 4\\.3\\.2 Temporarily deferred$"),
            ("outlook.example", "deferred", "RCPT TO", "^451 4\\.7\\.500 Server busy\\. Please try again later from \\[fd25::2\\]\\.$"),
            ("icloud.example", "deferred", "MAIL FROM", "^452 4\\.7\\.1 mx\\.icloud\\.example takes no more mail for now\\. "),
        })
        {
            var refused = log.Where(delivery => delivery.Domain == domain && delivery.Status == status).ToList();
            refused.ShouldNotBeEmpty();
            foreach (var delivery in refused)
            {
                delivery.Command.ShouldBe(command);
                delivery.HostReply.ShouldMatch(text);
            }
        }
    }
}
