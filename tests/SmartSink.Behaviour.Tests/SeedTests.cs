using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;

namespace SmartSink.Behaviour.Tests;

public sealed class SeedTests
{
    private static readonly PolicyReply Blocked = new(ReplyFactory.Create(554, "5.7.1 blocked"), Stage.Rcpt);

    private const int Transactions = 100_000;

    private const string Policy =
        """
        seed = 42

        [domain."gmail.com"]
        bounce = 3
        defer = 5

        [domain."yahoo.com"]
        bounce = 2
        defer = 20

        [[defer."gmail.com"]]
        code = 450
        msg = "4.2.1 busy"

        [[defer."gmail.com"]]
        code = 452
        msg = "4.2.2 full"
        weight = 3
        """;

    [Fact]
    public void The_same_transactions_over_1_and_over_50_connections_come_to_the_same()
    {
        var one = Totals(connections: 1);
        var fifty = Totals(connections: 50);

        fifty.Codes.ShouldBe(one.Codes);
        fifty.Waited.ShouldBe(one.Waited);
        one.Codes.Keys.ShouldBe([250, 450, 451, 452, 550, 554]);
    }

    [Fact]
    public void Delays_repeat()
    {
        var delays = new ProviderDelays(default, default, default, new Delay(DelayKind.Range, 5, 30), new Delay(DelayKind.LogNormal, 50, 0.5));
        var (first, second) = (new BehaviourHost(delays: delays, policy: Policy), new BehaviourHost(delays: delays, policy: Policy));
        var waits = Enumerable.Range(0, 1_000).Select(_ => first.Ask()).Select(answer => (answer.Delay, answer.EndDelay)).ToList();

        Enumerable.Range(0, 1_000).Select(_ => second.Ask()).Select(answer => (answer.Delay, answer.EndDelay)).ShouldBe(waits);
        waits.ShouldAllBe(wait => wait.Delay >= 5 && wait.Delay <= 30 && wait.EndDelay > 0);
        waits.Distinct().Count().ShouldBeGreaterThan(500);
    }

    [Fact]
    public void A_delay_takes_no_draw_of_the_answers()
    {
        var delays = new ProviderDelays(default, default, default, new Delay(DelayKind.Range, 5, 30), default);
        var (with, without) = (new BehaviourHost(delays: delays, policy: Policy), new BehaviourHost(policy: Policy));

        Enumerable.Range(0, 1_000).Select(_ => with.Rcpt()).ShouldBe([.. Enumerable.Range(0, 1_000).Select(_ => without.Rcpt())]);
    }

    [Theory]
    [InlineData(Stage.Connect, 20)]
    [InlineData(Stage.Ehlo, 30)]
    [InlineData(Stage.Mail, 40)]
    public void Delays_before_RCPT_hold_where_the_server_tells_the_provider(Stage stage, int expected)
    {
        var delays = new ProviderDelays(Fixed(20), Fixed(30), Fixed(40), Fixed(50), Fixed(60));
        var record = new BehaviourRecord();
        var host = new BehaviourHost(delays: delays, policy: "[domain.\"gmail.com\"]\n[[mx]]\nnetworks = [\"198.51.100.0/24\"]\nhostname = \"mx.google.com\"\ndomains = [\"gmail.com\"]\n", observer: record);

        host.Ask(stage: stage, destination: "198.51.100.1").Delay.ShouldBe(expected);
        host.Ask(stage: stage, destination: "203.0.113.1").Delay.ShouldBe(0);
        host.Ask(stage: stage).Delay.ShouldBe(0);
        var answer = host.Ask();
        (answer.Delay, answer.EndDelay).ShouldBe((50, 60));
        record.Lines.ShouldBe([$"delay {expected}", "delay 50", "delay 60"]);
    }

    private static Delay Fixed(int milliseconds) => new(DelayKind.Fixed, milliseconds);

    private static (SortedDictionary<int, int> Codes, long Waited) Totals(int connections)
    {
        // A limit that is hit now and then, with blocks, and a greylist that most recipients have passed.
        var limits = new ProviderLimits
        {
            Rate = new Rate(600, TimeSpan.FromMinutes(1)),
            Connections = 100,
            Unknown = 30,
            Block = new BlockRule(After: 200, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(20), 1.5, Blocked),
        };
        var delays = new ProviderDelays(default, default, default, new Delay(DelayKind.Range, 5, 30), new Delay(DelayKind.Range, 50, 300));
        var host = new BehaviourHost(limits, new GreylistRule(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)), delays, Policy);
        var totals = new SortedDictionary<int, int>();
        var waited = 0L;
        for (var i = 0; i < Transactions; i++)
        {
            var connection = (uint)(1 + (i % connections));
            host.Mail(connection);
            var answer = host.Ask($"user{i % 500}@{(i % 3 == 0 ? "yahoo.com" : "gmail.com")}", connection: connection);
            var code = answer.Reply?.Code ?? 250;
            totals[code] = totals.GetValueOrDefault(code) + 1;
            waited += answer.Delay + answer.EndDelay;
            host.Milliseconds += i % 11 == 0 ? 400 : 10;
        }

        return (totals, waited);
    }
}
