using System.Globalization;
using System.Net;
using System.Text;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Files;
using SmartSink.Policy.Model;
using SmartSink.Shared;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy.Tests.Decisions;

/// <summary>What the files say of limits and rules, frozen.</summary>
public sealed class BehaviourTests
{
    private const string Provider = """
        [domain."slow.example".limits]
        by = ["user", "sender_domain"]
        net4 = 24
        net6 = 48
        connections = 5
        messages_per_connection = 50
        after = "close"
        recipients_per_message = 100
        rate = "100/min"
        burst = 200
        unknown = "10%"
        block = { after = "5 throttled/min", for = "10m", grow = 1.5, reply = "554 5.7.1 blocked" }
        warmup = ["200/h", "1,000/d"]
        [domain."slow.example".greylist]
        wait = "5m"
        [domain."slow.example".delay]
        connect = "20ms"
        ehlo = "0"
        rcpt = "5ms..30ms"
        data = 'lognormal("50ms", 0.5)'
        [domain."slow.example".habits]
        tls = "required"
        banner = "slow and steady"
        [domain."sister.example"]
        like = "slow.example"
        [domain."sister.example".limits]
        rate = "7/s"
        [domain."fast.example"]
        bounce = 1
        [[mx]]
        networks = "192.0.2.1"
        hostname = "mx.slow.example"
        domains = "sister.example"

        """;

    [Fact]
    public void A_policy_that_says_nothing_of_it_costs_nothing() =>
        PolicyFolder.Snapshot("time_scale = 60\n[domain.\"a.example\"]\nbounce = 1\n").Behaviour.ShouldBeSameAs(PolicyBehaviour.None);

    [Fact]
    public void Every_key_is_frozen()
    {
        var policy = PolicyFolder.Snapshot("time_scale = 60\n" + Provider);

        policy.Behaviour.TimeScale.ShouldBe(60);
        var slow = Of(policy, "slow.example").ShouldNotBeNull();
        var limits = slow.Limits.ShouldNotBeNull();
        (limits with { Block = null, Warmup = [] }).ShouldBe(new ProviderLimits
        {
            By = BucketOwners.User | BucketOwners.SenderDomain,
            Net4 = 24,
            Net6 = 48,
            Connections = 5,
            MessagesPerConnection = 50,
            ClosesSilently = true,
            RecipientsPerMessage = 100,
            Rate = new Rate(100, TimeSpan.FromMinutes(1)),
            Burst = 200,
            Unknown = 10,
            Warmup = [],
        });
        limits.Warmup.ShouldBe([new Rate(200, TimeSpan.FromHours(1)), new Rate(1_000, TimeSpan.FromDays(1))]);
        var block = limits.Block.ShouldNotBeNull();
        (block with { Reply = null }).ShouldBe(new BlockRule(5, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), 1.5, null));
        Dialog.With("x@slow.example").Wire(block.Reply.ShouldNotBeNull().Reply).ShouldBe("554 5.7.1 blocked");
        slow.Greylist.ShouldBe(new GreylistRule(TimeSpan.FromMinutes(5), TimeSpan.FromHours(12)));
        slow.Delays.ShouldBe(new ProviderDelays(
            new Delay(DelayKind.Fixed, 20), default, default, new Delay(DelayKind.Range, 5, 30), new Delay(DelayKind.LogNormal, 50, 0.5)));
    }

    [Fact]
    public void Domains_joined_by_like_share_a_memory_and_override_key_by_key()
    {
        var policy = PolicyFolder.Snapshot(Provider);
        var (slow, sister) = (Of(policy, "slow.example").ShouldNotBeNull(), Of(policy, "sister.example").ShouldNotBeNull());

        sister.Provider.ShouldBe(slow.Provider);
        policy.EntryName(slow.Provider).ShouldBe("slow.example");
        (sister.Limits! with { Rate = null, Block = null, Warmup = [] }).ShouldBe(slow.Limits! with { Rate = null, Block = null, Warmup = [] }, "all but the rate");
        sister.Limits.Rate.ShouldBe(new Rate(7, TimeSpan.FromSeconds(1)));
        sister.Delays.ShouldBeSameAs(slow.Delays);
        Of(policy, "fast.example").ShouldBeNull();
        Of(policy, "other.example").ShouldBeNull();
    }

    [Fact]
    public void Limits_of_the_default_hold_for_each_domain_by_itself_and_are_kept_once()
    {
        var policy = PolicyFolder.Snapshot("default.limits.rate = \"5/s\"\n[domain.\"a.example\"]\nbounce = 1\n[domain.\"b.example\"]\nlike = \"a.example\"\n");

        var (a, b, other) = (Of(policy, "a.example")!, Of(policy, "b.example")!, Of(policy, "c.example")!);
        (policy.EntryName(a.Provider), policy.EntryName(b.Provider), other.Provider).ShouldBe(("a.example", "a.example", 0));
        b.ShouldBeSameAs(a);
        other.Limits.ShouldBeSameAs(a.Limits);
    }

    [Fact]
    public void Habits_require_tls_unless_the_domain_says_otherwise_and_greet()
    {
        var policy = PolicyFolder.Snapshot(Provider);

        Dialog.With("x@slow.example").Wire(policy).ShouldStartWith("530 ");
        Dialog.With("x@sister.example").Wire(PolicyFolder.Snapshot(Provider + "[default]\ntls = \"optional\"\n")).ShouldBe(string.Empty);
        policy.IdentityAt(IPAddress.Parse("192.0.2.1")).ShouldNotBeNull().Banner.ShouldBe("slow and steady");
    }

    [Theory]
    [InlineData("", "", false, true)]
    [InlineData("behaviour = \"dice\"\n", "", false, true)]
    [InlineData("behaviour = \"provider\"\n", "", true, true)]
    [InlineData("", "behaviour = \"provider\"\n", true, true)]
    [InlineData("behaviour = \"dice\"\n", "behaviour = \"provider\"\n", true, true)]
    [InlineData("behaviour = \"provider\"\n", "behaviour = \"dice\"\n", false, false)]
    [InlineData("", "behaviour = \"dice\"\n", false, false)]
    public void Limits_of_included_files_hold_with_behaviour_provider_alone(string top, string domain, bool included, bool own)
    {
        using var folder = new PolicyFolder($"include = \"more.toml\"\n{top}[domain.\"a.example\"]\n{domain}limits.connections = 3\n");
        folder.Write("more.toml", "[domain.\"a.example\"]\nlimits.rate = \"5/s\"\ngreylist.wait = \"1m\"\nhabits.tls = \"required\"\n");

        var provider = Of(folder.Load().Snapshot.ShouldNotBeNull(), "a.example");

        (provider?.Limits?.Connections == 3, provider?.Limits?.Rate is not null, provider?.Greylist is not null).ShouldBe((own, included, included));
        Dialog.With("x@a.example").Wire(folder.Load().Snapshot!).StartsWith("530 ", StringComparison.Ordinal).ShouldBe(included);
    }

    [Theory]
    [InlineData("", "", "", "", "421 4.7.0 Too many messages from your address, try again later")]
    [InlineData("", "", "", "Star", "450 4.7.28 Star defers")]
    [InlineData("", "", "Star", "Star", "421 4.7.0 Star throttles")]
    [InlineData("", "Own", "Star", "Star", "450 4.7.28 Own defers")]
    [InlineData("Own", "Own", "Star", "Star", "421 4.7.0 Own throttles")]
    public void A_throttle_reply_is_the_domains_own_or_a_defer_reply_of_that_label_or_that_of_all(string throttle, string defer, string throttleOfAll, string deferOfAll, string wire)
    {
        var policy = PolicyFolder.Snapshot($"[domain.\"a.example\"]\nlike = \"b.example\"\nlimits.rate = \"1/s\"\n[domain.\"b.example\"]\nbounce = 0\n"
            + List("throttle", "b.example", throttle) + List("defer", "b.example", defer) + List("throttle", "*", throttleOfAll) + List("defer", "*", deferOfAll));

        Wire(policy, ProviderLimit.Rate).ShouldBe(wire);

        static string List(string kind, string domain, string text) => text.Length == 0 ? string.Empty : kind == "throttle"
            ? $"[[throttle.\"{domain}\"]]\ncode = 421\nmsg = \"4.7.0 {text} throttles\"\n"
            : $"[[defer.\"{domain}\"]]\ncode = 450\nmsg = \"4.2.2 {text} is full\"\n[[defer.\"{domain}\"]]\ncode = 450\nmsg = \"4.7.28 {text} defers\"\n";
    }

    [Fact]
    public void A_throttle_reply_may_be_for_one_limit()
    {
        var policy = PolicyFolder.Snapshot("""
            default.limits.rate = "1/s"
            throttle."a.example" = [{ code = 421, msg = "4.7.0 connections", limit = "connections" }, { code = 450, msg = "4.7.1 others" }]
            """);

        Wire(policy, ProviderLimit.Connections).ShouldBe("421 4.7.0 connections");
        Wire(policy, ProviderLimit.Warmup).ShouldBe("450 4.7.1 others");
        PolicyKeys.LimitWords.Select(word => word.Replace("_", string.Empty, StringComparison.Ordinal)).ShouldBe(Enum.GetNames<ProviderLimit>().Select(name => name.ToLowerInvariant()));
    }

    [Fact]
    public void Rules_are_looked_at_by_kind_and_then_in_the_order_of_the_files_the_main_one_first()
    {
        using var folder = new PolicyFolder("include = \"more.toml\"\n[[fault]]\ndo = \"hang\"\n[[fault]]\nname = \"named\"\ndo = \"drop\"\n[[answers]]\nmatch = \"*\"\nsequence = [250]\n");
        folder.Write("more.toml", "[[schedule]]\nat = \"+1m\"\nset.bounce = 1\n[[fault]]\ndo = \"stall\"\n[[answers]]\nmatch = \"x*\"\nsequence = [450]\n");

        folder.Load().Snapshot.ShouldNotBeNull().Behaviour.Rules.Select(rule => rule.Name).ShouldBe(["answers 1", "answers 2", "fault 1", "named", "fault 3", "schedule 1"]);
    }

    [Theory]
    [InlineData("do = \"drop\"", AnswerFault.Drop)]
    [InlineData("do = \"reset\"", AnswerFault.Reset)]
    [InlineData("do = \"hang\"", AnswerFault.Hang)]
    [InlineData("do = \"stall\"", AnswerFault.Stall)]
    [InlineData("do = \"slow-reply\"", AnswerFault.SlowReply)]
    [InlineData("do = \"accept-then-drop\"", AnswerFault.DropBeforeReply)]
    [InlineData("do = \"accept-then-drop\"\nwhen = \"before\"", AnswerFault.DropBeforeReply)]
    [InlineData("do = \"accept-then-drop\"\nwhen = \"within\"", AnswerFault.DropWithinReply)]
    [InlineData("do = \"accept-then-drop\"\nwhen = \"after\"", AnswerFault.DropAfterReply)]
    public void A_fault_has_its_word(string text, AnswerFault fault) =>
        PolicyFolder.Snapshot($"[[fault]]\n{text}\n").Behaviour.Rules.ShouldHaveSingleItem().Action.ShouldBe(new RuleAction { Fault = fault });

    [Fact]
    public void A_fault_meets_whom_it_names()
    {
        var rule = PolicyFolder.Snapshot("""
            [[fault]]
            do = "reset"
            name = "n"
            domain = ["a.example", "*.a.example"]
            stage = "data"
            share = "0.5%"
            recipient = "x*"
            sender = ""
            client = "192.0.2.0/24"
            """).Behaviour.Rules.ShouldHaveSingleItem();

        (rule.Name, rule.Share, rule.Times, rule.Time).ShouldBe(("n", 0.5, null, RuleTime.Always));
        rule.Match.Domains.Select(domain => domain.ToString()).ShouldBe(["a.example", "*.a.example"]);
        (rule.Match.Recipient, rule.Match.Sender, rule.Match.Client, rule.Match.Stage).ShouldBe(("x*", string.Empty, IPNetwork.Parse("192.0.2.0/24"), Stage.Data));
        PolicyFolder.Snapshot("[[fault]]\ndo = \"drop\"\ndomain = [\"a.example\", \"*\"]\n").Behaviour.Rules[0].Match.Domains.ShouldBeEmpty();
    }

    [Fact]
    public void A_sequence_is_of_codes_and_replies()
    {
        var rule = PolicyFolder.Snapshot("[[answers]]\nmatch = \"*@retry.example\"\nsequence = [451, \"421 4.3.2 {domain} is down\", \"554\", 250]\n").Behaviour.Rules.ShouldHaveSingleItem();
        var dialog = Dialog.With("x@retry.example");

        rule.Match.Recipient.ShouldBe("*@retry.example");
        rule.Action.Sequence.ShouldNotBeNull().Select(reply => dialog.Wire(reply?.Reply)).ShouldBe(
            ["451 4.3.0 Requested action aborted: local error in processing", "421 4.3.2 retry.example is down", "554 5.0.0 Transaction failed", string.Empty]);
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    [InlineData(100_000, false)]
    public void A_sequence_has_at_most_a_thousand_answers(int count, bool isGood) =>
        PolicyFolder.Diagnostics($"[[answers]]\nmatch = \"*\"\nsequence = [{string.Join(", ", Enumerable.Repeat(451, count))}]\n")
            .ShouldBe(isGood ? [] : [$"responses.toml(3,12): error: sequence has {count} answers; it can have at most 1000"]);

    [Theory]
    [InlineData("at = \"+10m\"", "+10m", null, null)]
    [InlineData("at = \"+0\"\nfor = \"5m\"\nevery = \"5m\"", "+0", "5m", "5m")]
    [InlineData("at = \"14:30\"\nfor = \"24h\"", "14:30", "24h", null)]
    [InlineData("at = \"2026-03-07T14:30:00+01:00\"\nfor = \"1h\"\nevery = \"7d\"", "2026-03-07T13:30:00Z", "1h", "168h")]
    public void A_schedule_has_its_time(string text, string at, string? length, string? every)
    {
        var (after, day, once, forTime, everyTime) = PolicyFolder.Snapshot($"[[schedule]]\n{text}\nset.bounce = 1\n").Behaviour.Rules.ShouldHaveSingleItem().Time;

        (after is { } time ? $"+{Times.Write(time)}" : day is { } hour ? hour.ToString("HH:mm", CultureInfo.InvariantCulture) : once?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)).ShouldBe(at);
        (forTime is { } given ? Times.Write(given) : null).ShouldBe(length);
        (everyTime is { } period ? Times.Write(period) : null).ShouldBe(every);
    }

    [Fact]
    public void What_a_schedule_sets_goes_over_what_holds_for_each_entry_that_it_meets()
    {
        var policy = PolicyFolder.Snapshot("""
            default.bounce = 10
            [domain."a.example"]
            bounce = 20
            limits.rate = "5/s"
            [domain."b.example"]
            defer = 30
            [[bounce."b.example"]]
            code = 550
            msg = "5.1.1 b"
            [[defer."b.example"]]
            code = 450
            msg = "4.2.0 b"
            [domain."x.a.example"]
            like = "a.example"
            [[schedule]]
            at = "+1m"
            domain = "a.example"
            set = { defer = 95, limits.connections = 2 }
            [[schedule]]
            at = "+1m"
            domain = ["*.a.example", "unknown.example"]
            set = { like = "b.example", bounce = 100, sticky = true }
            [[schedule]]
            at = "+1m"
            set = { triggers = false }
            """);
        var (first, second, all) = (Set(0), Set(1), Set(2));

        // 95 % are deferred: 5 % are left to bounce.
        var a = first.ShouldHaveSingleItem();
        a.Key.ShouldBe("a.example");
        (a.Value.Rules.Rates.BounceBelow, a.Value.Rules.Rates.RefuseBelow).ShouldBe((Threshold.Of(5, 100), Threshold.Of(100, 100)));
        (a.Value.Provider!.Limits!.Connections, a.Value.Provider.Limits.Rate).ShouldBe((2, new Rate(5, TimeSpan.FromSeconds(1))));

        second.Keys.ShouldBe(["other", "x.a.example"], ignoreOrder: true);
        var x = second["x.a.example"];
        (x.Rules.Rates.BounceBelow, x.Rules.Sticky, x.Provider).ShouldBe((Threshold.Of(100, 100), true, null));
        Dialog.With("y@x.a.example").Wire(x.Rules.BounceOf(0, x.Rules.Rates)?.Reply).ShouldBe("550 5.1.1 b");

        all.Keys.ShouldBe(["other", "a.example", "b.example", "x.a.example"], ignoreOrder: true);
        all.Values.ShouldAllBe(overlay => overlay.Rules.Triggers == TriggerKinds.None);

        Dictionary<string, DomainOverlay> Set(int rule) => policy.Behaviour.Rules[rule].Action.Set!.ToDictionary(set => policy.EntryName(set.Key), set => set.Value);
    }

    [Fact]
    public void A_schedule_can_let_a_domain_behave_as_its_provider_for_a_while()
    {
        using var folder = new PolicyFolder("include = \"more.toml\"\n[[schedule]]\nat = \"+1m\"\ndomain = \"a.example\"\nset.behaviour = \"provider\"\n");
        folder.Write("more.toml", "[domain.\"a.example\"]\nlimits.rate = \"5/s\"\n");
        var policy = folder.Load().Snapshot.ShouldNotBeNull();

        policy.Behaviour.Providers.ShouldBeEmpty();
        policy.Behaviour.Rules.ShouldHaveSingleItem().Action.Set!.Values.ShouldAllBe(overlay => overlay.Provider!.Limits!.Rate!.Value.Count == 5);
    }

    private static ProviderBehaviour? Of(PolicySnapshot policy, string domain) => policy.Behaviour.IsEmpty ? null : policy.Behaviour.Providers[policy.EntryOf(Encoding.ASCII.GetBytes(domain))];

    private static string Wire(PolicySnapshot policy, ProviderLimit limit) => Dialog.With("x@a.example").Wire(Of(policy, "a.example")!.Throttles.Pick(limit, 0).Reply);
}
