using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;

namespace SmartSink.Behaviour.Tests.Rules;

/// <summary>What holds for a domain while a schedule does, and who hears of it. The sink starts at 10:00 UTC.</summary>
public sealed class ScheduleTests
{
    private const string Policy = "seed = 1\n[domain.\"yahoo.com\"]\nbounce = 0\n[domain.\"gmail.com\"]\nbounce = 0\n";
    private const string Down = "[domain.\"yahoo.com\"]\ndefer = 100\n";

    [Fact]
    public void While_it_holds_its_keys_stand_in_the_place_of_the_domains_own()
    {
        var sink = new RuledSink(Policy, Outage(Down));
        var answers = new List<string>();
        for (var minute = 0; minute < 20; minute++, sink.Pass("0:01:00"))
        {
            answers.Add(sink.Say("a@yahoo.com"));
            sink.Say("a@gmail.com").ShouldBe("ok");
        }

        answers.ShouldBe([.. Enumerable.Repeat("ok", 10), .. Enumerable.Repeat("451", 5), .. Enumerable.Repeat("ok", 5)]);
        sink.Told.ShouldBe(["yahoo is down until 10:15:00", "yahoo is down ended"]);
    }

    [Fact]
    public void It_begins_and_ends_to_the_millisecond()
    {
        var sink = new RuledSink(Policy, Outage(Down));
        foreach (var (pass, answer) in new[] { ("0:09:59.999", "ok"), ("0:00:00.001", "451"), ("0:04:59.999", "451"), ("0:00:00.001", "ok") })
        {
            sink.Pass(pass);
            sink.Say("a@yahoo.com").ShouldBe(answer);
        }
    }

    [Fact]
    public void It_sets_limits_greylists_and_delays_too()
    {
        var limits = new ProviderLimits { Rate = new Rate(2, TimeSpan.FromHours(1)) };
        var throttles = new ThrottleReplies(new ReplyChoice(RuledSink.Reply(421, "4.7.0 Slower")));
        var delays = new ProviderDelays(default, default, default, new Delay(DelayKind.Fixed, 70), default);
        var sink = new RuledSink(Policy, Outage(Policy, new ProviderBehaviour(1, limits, null, delays, throttles)));
        sink.Pass("0:10:00");
        Enumerable.Range(0, 3).Select(_ => sink.Say("a@yahoo.com")).ShouldBe(["ok after 70", "ok after 70", "421 after 70"]);
        sink.Pass("0:05:00");
        sink.Say("a@yahoo.com").ShouldBe("ok");
    }

    [Fact]
    public void Behind_the_provider_s_server_it_holds_from_the_greeting_on()
    {
        const string Servers = "[[mx]]\nnetworks = [\"10.0.0.1\"]\ndomains = [\"yahoo.com\"]\nhostname = \"mta5.yahoo.test\"\n";
        const string Refusing = Down + "[[defer.\"yahoo.com\"]]\ncode = 421\nmsg = \"4.7.0 Busy\"\nstage = \"connect\"\n";
        var sink = new RuledSink(Policy + Servers, Outage(Refusing));
        sink.Say(stage: Stage.Connect, destination: "10.0.0.1").ShouldBe("ok");
        sink.Pass("0:12:00");
        sink.Say(stage: Stage.Connect, destination: "10.0.0.1").ShouldBe("421");
        sink.Say(stage: Stage.Connect, destination: "10.0.0.2").ShouldBe("ok");
    }

    [Fact]
    public void Of_two_that_hold_at_once_the_first_stands_whole_in_the_place_of_the_domains_own()
    {
        var refuses = Outage("[domain.\"yahoo.com\"]\nbounce = 100\n") with { Name = "yahoo refuses", Time = new RuleTime(TimeSpan.FromMinutes(5), null, null, TimeSpan.FromMinutes(15), null) };
        var sink = new RuledSink(Policy, Outage(Down), refuses);
        foreach (var answer in new[] { "ok", "550", "451", "550", "ok" })
        {
            sink.Say("a@yahoo.com").ShouldBe(answer);
            sink.Pass("0:05:00");
        }
    }

    [Fact]
    public void A_scaled_hour_passes_in_a_minute()
    {
        var sink = new RuledSink(Policy, 60, [Outage(Down)]);
        sink.Pass("0:00:10");
        sink.Say("a@yahoo.com").ShouldBe("451");
        sink.Pass("0:00:05");
        sink.Say("a@yahoo.com").ShouldBe("ok");
        sink.Told.ShouldBe(["yahoo is down until 10:00:15", "yahoo is down ended"]);
    }

    [Fact]
    public void It_is_told_of_where_no_mail_comes()
    {
        var sink = new RuledSink(Policy, Outage(Down));
        sink.Book.Refresh(sink.Now);
        sink.Book.Running.ShouldBeEmpty();
        sink.Pass("0:10:00");
        sink.Book.Refresh(sink.Now);
        sink.Book.Running.ShouldBe(["yahoo is down"]);
        sink.Pass("0:05:00");
        sink.Book.Refresh(sink.Now);
        sink.Book.Running.ShouldBeEmpty();
        sink.Told.ShouldBe(["yahoo is down until 10:15:00", "yahoo is down ended"]);
    }

    [Fact]
    public void A_reload_in_its_midst_is_not_told_as_its_beginning()
    {
        var sink = new RuledSink(Policy, Outage(Down));
        sink.Pass("0:12:00");
        sink.Say("a@yahoo.com").ShouldBe("451");
        sink.Load(Policy + "[domain.\"x.example\"]\nbounce = 1\n", Outage(Down));
        sink.Say("a@yahoo.com").ShouldBe("451");
        sink.Told.ShouldBe(["yahoo is down until 10:15:00"]);
    }

    [Fact]
    public void A_reload_without_it_ends_it()
    {
        var sink = new RuledSink(Policy, Outage(Down));
        sink.Pass("0:12:00");
        var before = sink.Filter;
        sink.Say("a@yahoo.com").ShouldBe("451");
        sink.Load(Policy);
        sink.Told.ShouldBe(["yahoo is down until 10:15:00", "yahoo is down ended"]);
        sink.Say("a@yahoo.com").ShouldBe("ok");

        // A transaction that began before goes on as it began, and nothing more is told of it.
        sink.Pass("0:03:00");
        before.Answer(new() { Stage = Stage.Rcpt, Domain = "yahoo.com"u8, LocalPart = "a"u8, Now = sink.Now }).Reply.ShouldBeNull();
        sink.Told.Count.ShouldBe(2);
    }

    [Fact]
    public void A_reload_that_moves_it_away_ends_it()
    {
        var sink = new RuledSink(Policy, Outage(Down));
        sink.Pass("0:12:00");
        sink.Say("a@yahoo.com").ShouldBe("451");
        sink.Load(Policy, Outage(Down) with { Time = new RuleTime(TimeSpan.FromHours(1), null, null, null, null) });
        sink.Book.Refresh(sink.Now);
        sink.Told.ShouldBe(["yahoo is down until 10:15:00", "yahoo is down ended"]);
    }

    [Fact]
    public void A_calendar_that_is_set_is_noticed_within_a_second()
    {
        var sink = new RuledSink(Policy, Outage(Down) with { Time = new RuleTime(null, new TimeOnly(20, 0), null, TimeSpan.FromHours(1), null) });
        sink.Say("a@yahoo.com").ShouldBe("ok");
        sink.SetCalendar("20:30:00");
        sink.Pass("0:00:01");
        sink.Say("a@yahoo.com").ShouldBe("451");
    }

    [Fact]
    public void The_rates_expected_are_those_that_hold_now()
    {
        var sink = new RuledSink("[domain.\"yahoo.com\"]\nbounce = 10\ndefer = 20\n", Outage("[domain.\"yahoo.com\"]\nbounce = 10\ndefer = 90\n"));
        var entry = sink.Filter.EntryOf("yahoo.com"u8);
        sink.Filter.SharesOf(entry).ShouldBe(new OutcomeShares(0.7, 0.2, 0.1), 1e-9);
        sink.Pass("0:12:00");
        sink.Book.Refresh(sink.Now);
        sink.Filter.SharesOf(entry).ShouldBe(new OutcomeShares(0, 0.9, 0.1), 1e-9);
    }

    [Fact]
    public void What_applies_to_some_domains_of_an_entry_is_expected_of_them_alone()
    {
        var host = new BehaviourHost();
        host.LoadAsWritten("""
            [domain."*.pattern.example"]
            bounce = 0
            [[schedule]]
            name = "for some"
            domain = ["only.example", "one.pattern.example"]
            at = "+0s"
            set = { defer = 100, limits = { connections = 1 } }
            [[schedule]]
            name = "for all"
            domain = "*.example"
            at = "+0s"
            set = { defer = 40 }
            """);
        var (filter, pattern) = ((BehaviourFilter)host.Filter, host.Filter.EntryOf("x.pattern.example"u8));
        host.Ask("a@only.example");
        filter.SharesOf(0).ShouldBe(new OutcomeShares(1, 0, 0), 1e-9);
        filter.SharesOf(0, "only.example").ShouldBe(new OutcomeShares(0, 1, 0), 1e-9);
        filter.SharesOf(0, "else.example").ShouldBe(new OutcomeShares(0.6, 0.4, 0), 1e-9);
        filter.SharesOf(0, "else.test").ShouldBe(new OutcomeShares(1, 0, 0), 1e-9);
        filter.SharesOf(pattern).ShouldBe(new OutcomeShares(0.6, 0.4, 0), 1e-9);
        filter.SharesOf(pattern, "one.pattern.example").ShouldBe(new OutcomeShares(0, 1, 0), 1e-9);
        (filter.LimitsOf(0), filter.LimitsOf(pattern)).ShouldBe((null, null));
    }

    private static BehaviourRule Outage(string policy, ProviderBehaviour? provider = null)
    {
        var yahoo = RuledSink.Read(Policy).EntryOf("yahoo.com"u8);
        return RuledSink.Rule(new RuleAction { Set = new Dictionary<int, DomainOverlay> { [yahoo] = RuledSink.Overlay(policy, "yahoo.com", provider) } }, "yahoo.com") with
        {
            Name = "yahoo is down",
            Time = new RuleTime(TimeSpan.FromMinutes(10), null, null, TimeSpan.FromMinutes(5), null),
        };
    }
}

internal static class SharesAssertions
{
    public static void ShouldBe(this OutcomeShares shares, OutcomeShares expected, double tolerance)
    {
        shares.Accepted.ShouldBe(expected.Accepted, tolerance);
        shares.TempFail.ShouldBe(expected.TempFail, tolerance);
        shares.PermFail.ShouldBe(expected.PermFail, tolerance);
    }
}
