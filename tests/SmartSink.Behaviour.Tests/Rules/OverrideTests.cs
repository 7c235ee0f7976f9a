using SmartSink.Behaviour.Rules;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;

namespace SmartSink.Behaviour.Tests.Rules;

/// <summary>What overrides do to the answers, and which of them wins.</summary>
public sealed class OverrideTests
{
    private const string Yahoo = "seed = 1\n[domain.\"yahoo.com\"]\nbounce = 0\ndefer = 0\n[domain.\"gmail.com\"]\nbounce = 100\n";

    private static readonly OverrideAction Down = new() { Defer = 100 };
    private static readonly OverrideAction Accept = new() { Accept = true };
    private static readonly OverrideAction Drop = new() { Fault = "drop" };
    private static readonly OverrideAction Slow = new() { Delay = "250ms" };

    [Fact]
    public void Rates_hold_for_the_domain_alone_until_their_time_is_over()
    {
        var sink = new RuledSink(Yahoo);
        sink.Override(Down, For("yahoo.com"), lasts: "5m", name: "yahoo is down");
        sink.Say("a@yahoo.com").ShouldBe("451");
        sink.Say("a@b.example").ShouldBe("ok");
        sink.Say("a@gmail.com").ShouldBe("550");
        sink.Pass("0:04:59.999");
        sink.Say("a@yahoo.com").ShouldBe("451");
        sink.Pass("0:00:00.001");
        sink.Say("a@yahoo.com").ShouldBe("ok");
        sink.Book.Refresh(sink.Now);
        sink.Told.ShouldBe(["1 yahoo is down until 10:05:00", "1 yahoo is down ended after 2"]);
    }

    [Fact]
    public void Rates_go_over_those_of_each_entry_that_a_pattern_meets()
    {
        var sink = new RuledSink("[domain.\"a.example.com\"]\nbounce = 100\n[domain.\"*.example.com\"]\ndefer = 100\n");
        sink.Override(new OverrideAction { Bounce = 0, Defer = 0 }, For("*.example.com"));
        sink.Say("x@a.example.com").ShouldBe("ok");
        sink.Say("x@b.example.com").ShouldBe("ok");
        sink.Override(Down);
        sink.Say("x@a.example.com").ShouldBe("451");
        sink.Say("x@c.example").ShouldBe("451");
    }

    [Theory]
    [InlineData(null, 30.0, 0.5, 0.3, 0.2)]
    [InlineData(null, 100.0, 0, 1, 0)]
    [InlineData(90.0, null, 0, 0.1, 0.9)]
    [InlineData(0.0, null, 0.7, 0.3, 0)]
    [InlineData(0.0, 0.0, 1, 0, 0)]
    [InlineData(33.3, 66.7, 0, 0.667, 0.333)]
    public void A_rate_that_is_not_given_stays_as_far_as_there_is_room(double? bounce, double? defer, double accepted, double tempFail, double permFail)
    {
        var sink = new RuledSink("seed = 3\n[domain.\"yahoo.com\"]\nbounce = 20\ndefer = 30\n");
        sink.Override(new OverrideAction { Bounce = bounce, Defer = defer }, For("yahoo.com"));
        sink.Filter.SharesOf(sink.Filter.EntryOf("yahoo.com"u8)).ShouldBe(new OutcomeShares(accepted, tempFail, permFail), 1e-9);
        var answers = Enumerable.Range(0, 10_000).Select(_ => sink.Say("a@yahoo.com")).ToList();
        (answers.Count(answer => answer == "ok") / 10_000.0).ShouldBe(accepted, 0.02);
        (answers.Count(answer => answer == "550") / 10_000.0).ShouldBe(permFail, 0.02);
    }

    [Fact]
    public void Rates_of_several_come_together_key_by_key_and_the_newest_goes_first()
    {
        var sink = new RuledSink(Yahoo);
        var entry = sink.Filter.EntryOf("yahoo.com"u8);
        sink.Override(new OverrideAction { Bounce = 80 }, For("yahoo.com"));
        sink.Filter.SharesOf(entry).ShouldBe(new OutcomeShares(0.2, 0, 0.8), 1e-9);
        sink.Override(new OverrideAction { Defer = 50 });
        sink.Filter.SharesOf(entry).ShouldBe(new OutcomeShares(0, 0.5, 0.5), 1e-9);
        var last = sink.Override(new OverrideAction { Bounce = 10 }, For("yahoo.*"));
        sink.Say("a@yahoo.de").ShouldBeOneOf("ok", "451", "550");
        sink.Filter.SharesOf(entry).ShouldBe(new OutcomeShares(0.4, 0.5, 0.1), 1e-9);
        sink.Filter.SharesOf(sink.Filter.EntryOf("b.example"u8)).ShouldBe(new OutcomeShares(0.5, 0.5, 0), 1e-9);
        sink.Book.Overrides.Remove(last, sink.Now).ShouldBeTrue();
        sink.Filter.SharesOf(entry).ShouldBe(new OutcomeShares(0, 0.5, 0.5), 1e-9);
    }

    [Fact]
    public void Expected_are_the_rates_of_overrides_that_are_for_the_whole_entry()
    {
        var sink = new RuledSink("[domain.\"*.example.com\"]\nbounce = 10\n[domain.\"yahoo.*\"]\nbounce = 10\n");
        var (pattern, suffixes) = (sink.Filter.EntryOf("x.example.com"u8), sink.Filter.EntryOf("yahoo.de"u8));
        sink.Override(Down, For("yahoo.com", "x.example.com"));
        sink.Override(Down, new OverrideMatch { Client = "192.0.2.0/24" });
        sink.Override(Down, new OverrideMatch { Recipient = "*@yahoo.de" });
        sink.Override(Down, times: 3);
        sink.Filter.SharesOf(pattern).PermFail.ShouldBe(0.1, 1e-9);
        sink.Filter.SharesOf(suffixes).PermFail.ShouldBe(0.1, 1e-9);
        sink.Override(Down, For("*.example.com"), share: 50);
        sink.Filter.SharesOf(pattern).ShouldBe(new OutcomeShares(0.45, 0.5, 0.05), 1e-9);
        sink.Override(Down, For("*.com"));
        sink.Filter.SharesOf(pattern).ShouldBe(new OutcomeShares(0, 1, 0), 1e-9);
        sink.Filter.SharesOf(suffixes).PermFail.ShouldBe(0.1, 1e-9);
        sink.Filter.SharesOf(0).PermFail.ShouldBe(0, 1e-9);
        sink.Override(new OverrideAction { Bounce = 100 }, For("yahoo.*"));
        sink.Filter.SharesOf(suffixes).ShouldBe(new OutcomeShares(0, 0, 1), 1e-9);
    }

    [Fact]
    public void Many_that_act_on_a_share_do_not_make_the_expectation_slow()
    {
        var sink = new RuledSink(Yahoo);
        for (var i = 0; i < 1_000; i++)
        {
            sink.Override(Down, share: 1);
        }

        sink.Filter.SharesOf(1).TempFail.ShouldBeInRange(0.05, 1);
    }

    [Fact]
    public void Rates_leave_the_draws_of_a_seed_as_they_are()
    {
        var plain = new RuledSink("seed = 9\n[default]\nbounce = 30\n");
        var calmed = new RuledSink("seed = 9\n[default]\nbounce = 30\n");
        calmed.Override(new OverrideAction { Bounce = 0 }, times: 50);
        Enumerable.Range(0, 50).Select(_ => calmed.Say("a@b.example")).ShouldAllBe(answer => answer == "ok");
        var first = Enumerable.Range(0, 200).Select(_ => plain.Say("a@b.example")).ToList();
        Enumerable.Range(0, 150).Select(_ => calmed.Say("a@b.example")).ShouldBe(first[50..]);
    }

    [Theory]
    [InlineData("192.0.2.7", "s@a.example", "b@yahoo.com", "451")]
    [InlineData("192.0.3.7", "s@a.example", "b@yahoo.com", "ok")]
    [InlineData("192.0.2.7", "s@b.example", "b@yahoo.com", "ok")]
    [InlineData("192.0.2.7", "s@a.example", "c@yahoo.com", "ok")]
    [InlineData("192.0.2.7", "s@a.example", "b@gmail.com", "550")]
    public void All_that_a_match_names_has_to_fit(string client, string sender, string recipient, string answer)
    {
        var sink = new RuledSink(Yahoo);
        sink.Override(Down, new OverrideMatch { Domain = ["yahoo.com"], Client = "192.0.2.0/24", Sender = "*@a.example", Recipient = "b@*" });
        sink.Say(recipient, client: client, sender: sender).ShouldBe(answer);
    }

    [Fact]
    public void Times_are_the_next_so_many_recipients_that_it_meets()
    {
        var sink = new RuledSink(Yahoo);
        sink.Override(Down, For("yahoo.com"), times: 3, name: "next three");
        Enumerable.Range(0, 5).Select(_ => $"{sink.Say("a@yahoo.com")} {sink.Say("a@b.example")}").ShouldBe(["451 ok", "451 ok", "451 ok", "ok ok", "ok ok"]);
        sink.Book.Refresh(sink.Now);
        sink.Told.ShouldBe(["1 next three until 10:10:00", "1 next three ended after 3"]);
        sink.Book.Overrides.Acted.ShouldBe(3);
    }

    [Fact]
    public void A_share_is_of_those_that_it_meets()
    {
        var sink = new RuledSink(Yahoo);
        sink.Override(Down, share: 25);
        Enumerable.Range(0, 10_000).Count(_ => sink.Say("a@yahoo.com") == "451").ShouldBeInRange(2_300, 2_700);
    }

    [Fact]
    public void Triggers_and_limits_stay_in_front_of_rates()
    {
        var limits = new ProviderLimits { Rate = new Rate(1, TimeSpan.FromHours(1)) };
        var throttles = new ThrottleReplies(new ReplyChoice(RuledSink.Reply(421, "4.7.0 Slower")));
        var provider = new ProviderBehaviour(1, limits, null, null, throttles);
        var sink = new RuledSink(Yahoo, 1, [], [null, provider, null]);
        sink.Override(new OverrideAction { Bounce = 100 }, For("yahoo.com"));
        sink.Say("250-a@yahoo.com").ShouldBe("ok");
        sink.Say("a@yahoo.com").ShouldBe("421");
    }

    [Fact]
    public void A_reply_or_acceptance_goes_before_triggers_limits_greylists_and_blocks_and_counts_for_none()
    {
        var limits = new ProviderLimits { Rate = new Rate(1, TimeSpan.FromHours(1)), MessagesPerConnection = 1, ClosesSilently = true };
        var throttles = new ThrottleReplies(new ReplyChoice(RuledSink.Reply(421, "4.7.0 Slower")));
        var delays = new ProviderDelays(default, default, default, new Delay(DelayKind.Fixed, 70), default);
        var provider = new ProviderBehaviour(1, limits, new GreylistRule(TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)), delays, throttles);
        var sink = new RuledSink(Yahoo, 1, [], [null, provider, null]);
        var accept = sink.Override(Accept, For("yahoo.com"));
        Enumerable.Range(0, 5).Select(_ => sink.Say("tempfail@yahoo.com")).ShouldAllBe(answer => answer == "ok after 70");
        sink.Book.Overrides.Remove(accept, sink.Now);
        sink.Say("a@yahoo.com").ShouldBe("451 after 70 data DropAfterReply", "the greylist, as at the first of all tries");
        sink.Say("a@yahoo.com").ShouldBe("421 after 70 data DropAfterReply");
        sink.Override(Reply(554, "5.7.1 No"), For("yahoo.com"));
        sink.Say("a@yahoo.com").ShouldBe("554 after 70");
    }

    [Fact]
    public void What_was_added_last_wins()
    {
        var sink = new RuledSink(Yahoo);
        foreach (var (action, answer) in new (OverrideAction, string)[]
        {
            (Reply(450, "4.0.0 a"), "450"),
            (Reply(554, "5.0.0 b"), "554"),
            (Accept, "ok"),
            (Down, "451"),
            (Reply(552, "5.2.2 c"), "552"),
            (new OverrideAction { Bounce = 0, Defer = 0 }, "ok"),
            (Drop, "ok Drop"),
            (new OverrideAction { Fault = "reset" }, "ok Reset"),
            (Accept, "ok"),
            (Drop, "ok Drop"),
            (Slow, "ok after 250 Drop"),
            (Reply(450, "4.0.0 d"), "450 after 250"),
            (new OverrideAction { Fault = "slow-reply" }, "450 after 250 SlowReply"),
            (new OverrideAction { Delay = "100ms" }, "450 after 250 SlowReply"),
        })
        {
            sink.Override(action, For("yahoo.com"));
            sink.Say("a@yahoo.com").ShouldBe(answer);
        }
    }

    [Fact]
    public void All_of_them_go_before_the_policy_s_rules()
    {
        var fault = RuledSink.Rule(new RuleAction { Fault = Smtp.Server.AnswerFault.Reset }) with { Name = "fault" };
        var sequence = RuledSink.Rule(new RuleAction { Sequence = [RuledSink.Reply(421, "4.0.0 x")] }) with { Name = "sequence" };
        var later = new BehaviourRule { Name = "later", Match = new RuleMatch { Stage = Stage.Data }, Action = new RuleAction { Fault = Smtp.Server.AnswerFault.Drop } };
        var sink = new RuledSink(Yahoo, sequence, fault, later);
        sink.Say("a@yahoo.com").ShouldBe("421 Reset");
        var down = sink.Override(Down);
        sink.Say("a@yahoo.com").ShouldBe("451 Reset", "rates say nothing of faults");
        sink.Override(Accept, times: 1);
        sink.Say("a@yahoo.com").ShouldBe("ok");
        sink.Override(Drop, times: 1);
        sink.Say("a@yahoo.com").ShouldBe("451 Drop");
        sink.Book.Overrides.Remove(down, sink.Now);
        sink.Say("a@yahoo.com").ShouldBe("421 Reset");
    }

    [Fact]
    public void Rates_go_over_those_of_a_schedule()
    {
        const string Down = "[domain.\"yahoo.com\"]\ndefer = 100\n";
        var yahoo = RuledSink.Read(Yahoo).EntryOf("yahoo.com"u8);
        var schedule = RuledSink.Rule(new RuleAction { Set = new Dictionary<int, DomainOverlay> { [yahoo] = RuledSink.Overlay(Down, "yahoo.com") } }, "yahoo.com");
        var sink = new RuledSink(Yahoo, schedule);
        sink.Say("a@yahoo.com").ShouldBe("451");
        sink.Override(new OverrideAction { Bounce = 100 }, For("yahoo.com"));
        sink.Say("a@yahoo.com").ShouldBe("550");
        sink.Filter.SharesOf(yahoo).ShouldBe(new OutcomeShares(0, 0, 1), 1e-9);
    }

    [Fact]
    public void An_end_of_data_that_fails_is_undone_by_what_is_added_later_and_not_by_what_was_before()
    {
        var sink = new RuledSink(Yahoo);
        sink.Override(new OverrideAction { Fault = "accept-then-drop", When = "within" });
        sink.Say("a@yahoo.com").ShouldBe("ok data DropWithinReply id");
        sink.Override(new OverrideAction { Delay = "1s" }, new OverrideMatch { Stage = "data" });
        var accept = sink.Override(Accept);
        sink.Say("a@yahoo.com").ShouldBe("ok data after 1000");
        sink.Override(Drop, new OverrideMatch { Stage = "data" });
        sink.Say("a@yahoo.com").ShouldBe("ok data after 1000 data Drop");
        sink.Book.Overrides.Remove(accept, sink.Now);
        sink.Say("a@yahoo.com").ShouldBe("ok data after 1000 data Drop id");
    }

    [Theory]
    [InlineData("connect", Stage.Connect)]
    [InlineData("ehlo", Stage.Ehlo)]
    [InlineData("mail", Stage.Mail)]
    public void Before_RCPT_an_override_is_for_clients_and_senders(string word, Stage stage)
    {
        var sink = new RuledSink(Yahoo);
        var match = new OverrideMatch { Client = "192.0.2.25", Stage = word };
        sink.Override(Slow, match);
        sink.Override(Reply(554, "5.7.1 No"), match, times: 1);
        sink.Say(stage: stage, client: "192.0.2.26").ShouldBe("ok");
        sink.Say(stage: stage).ShouldBe("554 after 250");
        sink.Say(stage: stage).ShouldBe("ok after 250");
        sink.Override(Drop, match);
        sink.Say(stage: stage).ShouldBe("ok after 250 Drop");
        sink.Say("a@yahoo.com").ShouldBe("ok");
    }

    [Fact]
    public void A_reply_at_data_waits_for_the_end_of_data()
    {
        var sink = new RuledSink(Yahoo);
        sink.Override(Reply(554, "5.7.1 Spam"), new OverrideMatch { Domain = ["yahoo.com"], Stage = "data" });
        sink.Say("a@yahoo.com").ShouldBe("554 at data");
    }

    [Fact]
    public void Behind_the_provider_s_server_rates_hold_from_the_greeting_on_and_count_once_a_recipient()
    {
        const string Servers = "[[mx]]\nnetworks = [\"10.0.0.1\"]\ndomains = [\"yahoo.com\"]\nhostname = \"mta5.yahoo.test\"\n[[defer.\"yahoo.com\"]]\ncode = 421\nmsg = \"4.7.0 Busy\"\nstage = \"connect\"\n";
        var sink = new RuledSink(Yahoo + Servers);
        var down = sink.Override(Down, For("yahoo.com"));
        sink.Say(stage: Stage.Connect, destination: "10.0.0.1").ShouldBe("421");
        sink.Say(stage: Stage.Connect, destination: "10.0.0.2").ShouldBe("ok");
        sink.Book.Overrides.Find(down, sink.Now)!.Acted.ShouldBe(0);
        sink.Say("a@yahoo.com", destination: "10.0.0.2").ShouldBe("421");
        sink.Book.Overrides.Find(down, sink.Now)!.Acted.ShouldBe(1);
        sink.Book.Overrides.Clear(sink.Now);
        sink.Override(Down, For("yahoo.com"), times: 1);
        sink.Say(stage: Stage.Connect, destination: "10.0.0.1").ShouldBe("ok");
    }

    [Fact]
    public void Time_is_the_clock_s_whatever_the_scale_and_a_reload_or_a_calendar_changes_nothing()
    {
        var sink = new RuledSink(Yahoo, 60, []);
        sink.Override(Down, lasts: "10m");
        sink.Pass("0:05:00");
        sink.SetCalendar("23:59:59");
        sink.Load(Yahoo + "[domain.\"x.example\"]\nbounce = 1\n", 1_000, []);
        sink.Say("a@yahoo.com").ShouldBe("451");
        sink.Book.Overrides.List(sink.Now).ShouldHaveSingleItem().Left.ShouldBe(TimeSpan.FromMinutes(5));
        sink.Pass("0:04:59.999");
        sink.Say("a@yahoo.com").ShouldBe("451");
        sink.Pass("0:00:00.001");
        sink.Say("a@yahoo.com").ShouldBe("ok");
    }

    [Fact]
    public void A_decision_under_overrides_allocates_nothing()
    {
        var sink = new RuledSink("seed = 1\n[domain.\"a.b.example\"]\nbounce = 1");
        for (var i = 0; i < 2_000; i++)
        {
            sink.Override(Drop, For($"d{i}.example"));
        }

        sink.Override(Slow, For("*.b.example"), share: 50);
        sink.Override(new OverrideAction { Bounce = 40 }, new OverrideMatch { Domain = ["a.*", "*.example"], Client = "192.0.2.0/24" }, share: 50);
        sink.Override(new OverrideAction { Defer = 40 }, new OverrideMatch { Sender = "*@x.example", Recipient = "p@*.example" });
        sink.Override(new OverrideAction { Fault = "accept-then-drop" }, For("a.b.example"));
        sink.AllocatedByDecisions().ShouldBe(0);
    }

    private static OverrideMatch For(params string[] domains) => new() { Domain = domains };

    private static OverrideAction Reply(int code, string text) => new() { Reply = new OverrideReply { Code = code, Msg = text } };
}
