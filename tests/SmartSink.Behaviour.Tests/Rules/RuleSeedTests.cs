using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Tests.Rules;

/// <summary>With a seed a run repeats, however its connections interleave.</summary>
public sealed class RuleSeedTests
{
    private const int Transactions = 100_000;

    private const string Policy = """
        seed = 42
        [domain."yahoo.com"]
        bounce = 5
        defer = 10
        [domain."gmail.com"]
        bounce = 2
        """;

    private static readonly BehaviourRule[] Rules =
    [
        RuledSink.Rule(new RuleAction { Sequence = [RuledSink.Reply(451, "4.0.0 x"), RuledSink.Reply(421, "4.0.0 x"), null] }) with
        {
            Name = "retries",
            Match = new RuleMatch { Recipient = "*@retry.example" },
        },
        Rule("refused", new RuleAction { Reply = RuledSink.Reply(554, "5.7.1 x") }, Stage.Rcpt, 7),
        Rule("reset", new RuleAction { Fault = AnswerFault.Reset }, Stage.Rcpt, 0.5),
        Rule("dropped", new RuleAction { Fault = AnswerFault.Drop }, Stage.Data, 2.5),
        Rule("lost", new RuleAction { Fault = AnswerFault.DropWithinReply }, Stage.Data, 1),
        Rule("slow", new RuleAction { Delay = new Delay(DelayKind.Range, 5, 500) }, Stage.Rcpt, 20),
        Rule("slow at data", new RuleAction { Delay = new Delay(DelayKind.LogNormal, 50, 0.5) }, Stage.Data, 30),
    ];

    [Fact]
    public void The_same_transactions_over_1_and_over_50_connections_give_the_same_totals()
    {
        var one = Run(connections: 1);
        Run(connections: 50).ShouldBe(one);
        one.Keys.ShouldBe(
        [
            "code 250", "code 421", "code 451", "code 550", "code 554", "data Drop", "data DropWithinReply", "data wait", "data waits", "rcpt Reset", "rcpt wait", "rcpt waits",
        ]);
    }

    // Connections run in threads; each takes its share of the transactions, so that they come in another order.
    private static SortedDictionary<string, long> Run(int connections)
    {
        var sink = new RuledSink(Policy, Rules);
        var totals = new SortedDictionary<string, long>(StringComparer.Ordinal);
        Parallel.For(0, connections, new ParallelOptions { MaxDegreeOfParallelism = connections }, connection =>
        {
            var own = new SortedDictionary<string, long>(StringComparer.Ordinal);
            for (var i = connection; i < Transactions; i += connections)
            {
                var answer = sink.Ask(RecipientOf(i), connection: (uint)connection + 1, id: $"{i}");
                Add(own, $"code {answer.Reply?.Code ?? 250}", 1);
                Add(own, "rcpt wait", answer.Delay);
                Add(own, "rcpt waits", answer.Delay > 0 ? 1 : 0);
                Add(own, "data wait", answer.EndDelay);
                Add(own, "data waits", answer.EndDelay > 0 ? 1 : 0);
                Add(own, $"rcpt {answer.Fault}", answer.Fault == AnswerFault.None ? 0 : 1);
                Add(own, $"data {answer.EndFault}", answer.EndFault == AnswerFault.None ? 0 : 1);
            }

            lock (totals)
            {
                foreach (var (what, count) in own)
                {
                    Add(totals, what, count);
                }
            }
        });

        return totals;
    }

    private static string RecipientOf(int i) => (i % 4) switch
    {
        0 => $"u{i % 1_000}@retry.example",
        1 => $"u{i}@gmail.com",
        _ => $"u{i}@yahoo.com",
    };

    private static BehaviourRule Rule(string name, RuleAction action, Stage stage, double share) => new()
    {
        Name = name,
        Match = new RuleMatch { Domains = [new DomainKey("yahoo.com", DomainKeyKind.Name)], Stage = stage },
        Action = action,
        Share = share,
    };

    private static void Add(SortedDictionary<string, long> counts, string what, long count)
    {
        if (count > 0)
        {
            counts[what] = counts.GetValueOrDefault(what) + count;
        }
    }
}
