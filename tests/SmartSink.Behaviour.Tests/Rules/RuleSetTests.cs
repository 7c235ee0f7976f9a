using System.Net;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Tests.Rules;

/// <summary>What rules of a policy do to the answers: whom they meet, at which stage, how often, in which order.</summary>
public sealed class RuleSetTests
{
    private const string Servers = """
        [default]
        bounce = 0
        [domain."yahoo.com"]
        bounce = 0
        [[mx]]
        networks = ["10.0.0.1"]
        domains = ["yahoo.com"]
        hostname = "mta5.yahoo.test"
        """;

    private static readonly RuleAction Drop = new() { Fault = AnswerFault.Drop };
    private static readonly RuleAction Slow = new() { Delay = new Delay(DelayKind.Fixed, 250) };
    private static readonly RuleAction Refuse = new() { Reply = RuledSink.Reply(554, "5.7.1 No") };
    private static readonly RuleAction Accept = new();

    [Theory]
    [InlineData("yahoo.com", "a@yahoo.com", true)]
    [InlineData("yahoo.com", "a@mail.yahoo.com", false)]
    [InlineData("yahoo.com", "a@gmail.com", false)]
    [InlineData("*.yahoo.com", "a@mail.yahoo.com", true)]
    [InlineData("*.yahoo.com", "a@x.mail.yahoo.com", true)]
    [InlineData("*.yahoo.com", "a@yahoo.com", false)]
    [InlineData("*.yahoo.com", "a@myyahoo.com", false)]
    [InlineData("yahoo.*", "a@yahoo.com", true)]
    [InlineData("yahoo.*", "a@yahoo.co.uk", true)]
    [InlineData("yahoo.*", "a@yahoo.example.com", false)]
    [InlineData("*", "a@anything.example", true)]
    [InlineData("*", "postmaster", true)]
    public void A_rule_is_for_domains_named_literally(string domain, string recipient, bool meets) =>
        new RuledSink(string.Empty, RuledSink.Rule(Drop, domain)).Say(recipient).ShouldBe(meets ? "ok Drop" : "ok");

    [Fact]
    public void A_rule_without_a_domain_is_for_all() => new RuledSink(string.Empty, RuledSink.Rule(Drop)).Say("a@b.example").ShouldBe("ok Drop");

    [Fact]
    public void The_domain_suffix_is_no_part_of_a_domain() =>
        new RuledSink("domain_suffix = \"sink.test\"", RuledSink.Rule(Drop, "yahoo.com")).Say("a@yahoo.com.sink.test").ShouldBe("ok Drop");

    [Theory]
    [InlineData("a@retry.example", "ok Drop")]
    [InlineData("b@retry.example", "ok")]
    [InlineData("a@x.retry.example", "ok")]
    public void A_rule_can_be_for_a_recipient(string recipient, string answer) =>
        new RuledSink(string.Empty, With(Drop, new RuleMatch { Recipient = "A*@Retry.example" })).Say(recipient).ShouldBe(answer);

    [Theory]
    [InlineData("news@sender.example", "ok Drop")]
    [InlineData("", "ok")]
    [InlineData("x@other.example", "ok")]
    public void A_rule_can_be_for_a_sender(string sender, string answer) =>
        new RuledSink(string.Empty, With(Drop, new RuleMatch { Sender = "*@sender.example" })).Say("a@b.example", sender: sender).ShouldBe(answer);

    [Fact]
    public void A_rule_can_be_for_the_null_sender()
    {
        var sink = new RuledSink(string.Empty, With(Drop, new RuleMatch { Sender = string.Empty }));
        sink.Say("a@b.example", sender: string.Empty).ShouldBe("ok Drop");
        sink.Say("a@b.example").ShouldBe("ok");
    }

    [Theory]
    [InlineData("192.0.2.25", "ok Drop")]
    [InlineData("192.0.3.25", "ok")]
    [InlineData("2001:db8::1", "ok")]
    public void A_rule_can_be_for_a_client(string client, string answer) =>
        new RuledSink(string.Empty, With(Drop, new RuleMatch { Client = IPNetwork.Parse("192.0.2.0/24") })).Say("a@b.example", client: client).ShouldBe(answer);

    [Fact]
    public void Rules_that_say_the_same_are_looked_at_in_order_wherever_they_are_found()
    {
        BehaviourRule[] rules =
        [
            RuledSink.Rule(Reply(450), "*.a.b.example"),
            RuledSink.Rule(Reply(451), "x.a.b.example"),
            RuledSink.Rule(Reply(452), "y.a.b.example", "x.a.b.example"),
            RuledSink.Rule(Reply(453)),
        ];
        var orders = from first in rules from second in rules where first != second select (first, second);
        foreach (var (first, second) in orders)
        {
            var code = first.Action.Reply!.Reply.Code;
            new RuledSink(string.Empty, first, second).Say("p@x.a.b.example").ShouldBe($"{code}");
        }
    }

    [Fact]
    public void All_patterns_of_a_domain_are_found_however_many_there_are()
    {
        var domain = string.Join('.', Enumerable.Range(0, 20).Select(i => $"l{i}")) + ".example";
        BehaviourRule[] rules = [.. Enumerable.Range(0, 19).Select(i => RuledSink.Rule(Refuse with { Reply = RuledSink.Reply(500 + i, "5.0.0 x") }, $"*.{string.Join('.', domain.Split('.')[(i + 1)..])}") with { Name = $"{i}", Times = 1 })];
        var sink = new RuledSink(string.Empty, rules);

        Enumerable.Range(0, 20).Select(_ => sink.Say($"a@{domain}")).ShouldBe([.. Enumerable.Range(500, 19).Select(code => $"{code}"), "ok"]);
    }

    [Fact]
    public void A_rule_that_stands_in_two_lists_acts_once()
    {
        var sink = new RuledSink(string.Empty, RuledSink.Rule(Slow, "a.example", "*.example", "a.*"));
        sink.Say("p@a.example").ShouldBe("ok after 250");
        sink.Book.Acted.ShouldBe([("rule", 1L)]);
    }

    [Theory]
    [InlineData(Stage.Connect)]
    [InlineData(Stage.Ehlo)]
    [InlineData(Stage.Mail)]
    public void Before_RCPT_a_rule_acts_where_the_server_tells_the_provider(Stage stage)
    {
        var sink = new RuledSink(Servers, With(Drop, new RuleMatch { Domains = [new DomainKey("yahoo.com", DomainKeyKind.Name)], Stage = stage }));
        sink.Say(stage: stage, destination: "10.0.0.1").ShouldBe("ok Drop");
        sink.Say(stage: stage, destination: "10.0.0.2").ShouldBe("ok");
        sink.Say("a@yahoo.com", destination: "10.0.0.1").ShouldBe("ok");
        sink.Faults.ShouldBe([AnswerFault.Drop]);
    }

    [Fact]
    public void Before_RCPT_a_rule_for_all_needs_no_provider()
    {
        var sink = new RuledSink(string.Empty, With(Refuse, new RuleMatch { Stage = Stage.Ehlo }));
        sink.Say(stage: Stage.Ehlo).ShouldBe("554");
        sink.Say(stage: Stage.Connect).ShouldBe("ok");
        sink.Say("a@b.example").ShouldBe("ok");
    }

    [Fact]
    public void What_is_not_known_yet_fits_no_rule()
    {
        var sink = new RuledSink(
            string.Empty,
            With(Drop, new RuleMatch { Stage = Stage.Connect, Sender = "*" }),
            With(Drop, new RuleMatch { Stage = Stage.Mail, Recipient = "*" }));
        sink.Say(stage: Stage.Connect, sender: string.Empty).ShouldBe("ok");
        sink.Say(stage: Stage.Mail).ShouldBe("ok");
    }

    [Fact]
    public void A_fault_at_data_is_settled_at_RCPT_of_those_that_are_not_refused()
    {
        const string Policy = """
            [domain."full.example"]
            bounce = 100
            [[bounce."full.example"]]
            code = 552
            msg = "5.2.2 Full"
            [domain."spam.example"]
            bounce = 100
            [[bounce."spam.example"]]
            code = 554
            msg = "5.7.1 Spam"
            stage = "data"
            """;
        var sink = new RuledSink(Policy, With(Drop, new RuleMatch { Stage = Stage.Data }) with { Times = 2 }, With(Slow, new RuleMatch { Stage = Stage.Data }) with { Name = "slow" });
        sink.Say("a@full.example").ShouldBe("552");
        sink.Say("a@spam.example").ShouldBe("554 at data data after 250 data Drop");
        sink.Say("a@b.example").ShouldBe("ok data after 250 data Drop");
        sink.Say("a@b.example").ShouldBe("ok data after 250");
        sink.Faults.ShouldBe([AnswerFault.Drop, AnswerFault.Drop]);
        sink.Delays.ShouldBe([250, 250, 250]);
    }

    [Fact]
    public void Where_accepted_mail_is_dropped_deliveries_are_counted_also_those_whose_reply_arrives()
    {
        var sink = new RuledSink(string.Empty, RuledSink.Rule(new RuleAction { Fault = AnswerFault.DropBeforeReply }, "a.example") with { Times = 1 });
        sink.Say("p@a.example").ShouldBe("ok data DropBeforeReply id");
        sink.Say("p@a.example").ShouldBe("ok id");
        sink.Say("p@b.example").ShouldBe("ok");
    }

    [Fact]
    public void A_reply_goes_before_triggers_rates_and_limits()
    {
        var sink = new RuledSink("[default]\nbounce = 100", RuledSink.Rule(Accept, "good.example"), RuledSink.Rule(Reply(450), "bad.example"));
        sink.Say("a@good.example").ShouldBe("ok");
        sink.Say("tempfail@good.example").ShouldBe("ok");
        sink.Say("a@bad.example").ShouldBe("450");
        sink.Say("250-a@bad.example").ShouldBe("450");
        sink.Say("a@b.example").ShouldBe("550");
    }

    [Fact]
    public void A_reply_of_a_later_stage_is_kept_for_it()
    {
        var sink = new RuledSink(string.Empty, RuledSink.Rule(new RuleAction { Reply = RuledSink.Reply(554, "5.7.1 Spam", Stage.Data) }));
        sink.Say("a@b.example").ShouldBe("554 at data");
    }

    [Fact]
    public void A_rule_acts_as_often_as_it_may()
    {
        var sink = new RuledSink(string.Empty, RuledSink.Rule(Refuse) with { Times = 2 });
        Enumerable.Range(0, 4).Select(_ => sink.Say("a@b.example")).ShouldBe(["554", "554", "ok", "ok"]);
        sink.Book.Acted.ShouldBe([("rule", 2L)]);
    }

    [Fact]
    public void A_share_is_kept_and_with_a_seed_the_same_ones_are_met()
    {
        var rule = RuledSink.Rule(Refuse, "a.example") with { Share = 25 };
        var first = Ask(new RuledSink("seed = 7", rule));
        first.Count(answer => answer == "554").ShouldBeInRange(2_300, 2_700);
        Ask(new RuledSink("seed = 7", rule)).ShouldBe(first);
        Ask(new RuledSink("seed = 8", rule)).ShouldNotBe(first);
        Ask(new RuledSink("seed = 7", rule with { Name = "another" })).ShouldNotBe(first);

        static List<string> Ask(RuledSink sink) => [.. Enumerable.Range(0, 10_000).Select(_ => sink.Say("p@a.example"))];
    }

    [Fact]
    public void A_delay_that_is_drawn_does_not_hang_on_its_share()
    {
        var sink = new RuledSink("seed = 1", RuledSink.Rule(new RuleAction { Delay = new Delay(DelayKind.Range, 1, 100) }) with { Share = 10 });
        var delays = Enumerable.Range(0, 20_000).Select(_ => sink.Ask("a@b.example").Delay).Where(delay => delay > 0).ToList();
        delays.Count.ShouldBeInRange(1_800, 2_200);
        delays.Average().ShouldBeInRange(47, 54);
        sink.Delays.ShouldBe(delays);
    }

    [Fact]
    public void The_longest_delay_counts_and_the_first_fault()
    {
        var sink = new RuledSink(string.Empty, RuledSink.Rule(Slow), RuledSink.Rule(new RuleAction { Delay = new Delay(DelayKind.Fixed, 100) }), RuledSink.Rule(Drop), RuledSink.Rule(new RuleAction { Fault = AnswerFault.Reset }));
        sink.Say("a@b.example").ShouldBe("ok after 250 Drop");
    }

    [Fact]
    public void Sequences_go_on_with_each_try_of_the_same_network_sender_and_recipient()
    {
        var sink = new RuledSink("[default]\nbounce = 100", With(new RuleAction { Sequence = [RuledSink.Reply(451, "x"), RuledSink.Reply(421, "x"), null] }, new RuleMatch { Recipient = "*@retry.example" }));
        Enumerable.Range(0, 4).Select(_ => sink.Say("a@retry.example")).ShouldBe(["451", "421", "ok", "ok"]);
        sink.Say("A@Retry.example").ShouldBe("ok");
        sink.Say("b@retry.example").ShouldBe("451");
        sink.Say("a@retry.example", sender: string.Empty).ShouldBe("451");
        sink.Say("a@retry.example", client: "192.0.2.26").ShouldBe("451");
        sink.Say("a@other.example").ShouldBe("550");
        sink.Say("a@retry.example", sender: "c@d.example", client: "2001:db8::1").ShouldBe("451");
        sink.Say("a@retry.example", sender: "c@d.example", client: "2001:db8::2").ShouldBe("421");
    }

    [Fact]
    public void A_sequence_goes_on_over_a_reload()
    {
        var rule = RuledSink.Rule(new RuleAction { Sequence = [RuledSink.Reply(451, "x"), RuledSink.Reply(452, "x"), null] });
        var sink = new RuledSink(string.Empty, rule);
        sink.Say("a@b.example").ShouldBe("451");
        sink.Load("[default]\ndefer = 0", rule);
        sink.Say("a@b.example").ShouldBe("452");
    }

    [Fact]
    public void A_decision_among_thousands_of_rules_for_others_allocates_nothing()
    {
        var rules = Enumerable.Range(0, 5_000).Select(i => RuledSink.Rule(Drop, $"d{i}.example") with { Name = $"{i}" })
            .Append(RuledSink.Rule(Slow, "*.b.example") with { Name = "slow", Share = 50 })
            .Append(RuledSink.Rule(new RuleAction { Fault = AnswerFault.DropBeforeReply }, "a.*") with { Name = "later" })
            .Append(With(new RuleAction { Sequence = [null] }, new RuleMatch { Sender = "*@x.example", Client = IPNetwork.Parse("192.0.2.0/24") }) with { Name = "sequence" });
        var sink = new RuledSink("seed = 1\n[domain.\"a.b.example\"]\nbounce = 1", [.. rules]);
        sink.AllocatedByDecisions().ShouldBe(0);
    }

    private static RuleAction Reply(int code) => new() { Reply = RuledSink.Reply(code, "4.0.0 No") };

    private static BehaviourRule With(RuleAction action, RuleMatch match) => new() { Name = "rule", Match = match, Action = action };
}
