using SmartSink.Behaviour.Rules;
using SmartSink.Behaviour.Tests.Rules;
using SmartSink.Smtp;

namespace SmartSink.Behaviour.Tests;

/// <summary>Which recipients the rates have decided about: those alone are to be held against what the rates promise.</summary>
public sealed class DrawnTests
{
    private const string Policy = "[domain.\"gmail.com\"]\nbounce = 100\n[domain.\"plain.example\"]\nbounce = 0\n";

    [Theory]
    [InlineData("someone@gmail.com", Outcome.PermFail)]
    [InlineData("someone@plain.example", Outcome.Accepted)]
    [InlineData("someone@elsewhere.example", Outcome.Accepted)]
    [InlineData("250-me@gmail.com", null)]
    [InlineData("tempfail@gmail.com", null)]
    [InlineData("451-later@plain.example", null)]
    public void A_trigger_draws_nothing(string recipient, Outcome? drawn) => new BehaviourHost(policy: Policy).Ask(recipient).Drawn.ShouldBe(drawn);

    [Fact]
    public void What_limits_and_greylists_refuse_is_not_drawn()
    {
        var host = new BehaviourHost();
        host.LoadAsWritten("[domain.\"gmail.com\".limits]\nmessages_per_connection = 1\n[domain.\"grey.example\".greylist]\nwait = \"5m\"\n");
        host.Mail();
        host.Ask("a@gmail.com").Drawn.ShouldBe(Outcome.Accepted);
        host.Mail();
        host.Ask("a@gmail.com").Drawn.ShouldBeNull();
        host.Ask("a@grey.example").Drawn.ShouldBeNull();
        host.Advance(TimeSpan.FromMinutes(6));
        host.Ask("a@grey.example").Drawn.ShouldBe(Outcome.Accepted);
    }

    [Fact]
    public void Rates_of_an_override_are_rates_where_they_are_for_all_of_an_entry()
    {
        var sink = new RuledSink("[domain.\"gmail.com\"]\nbounce = 100\n");
        sink.Override(new OverrideAction { Defer = 100 }, new OverrideMatch { Domain = ["gmail.com", "only.example"] });
        sink.Ask("a@gmail.com").Drawn.ShouldBe(Outcome.TempFail);
        sink.Ask("a@only.example").Drawn.ShouldBeNull("what is expected of other says nothing of it");
        sink.Ask("a@elsewhere.example").Drawn.ShouldBe(Outcome.Accepted);
        sink.Override(new OverrideAction { Bounce = 100 }, new OverrideMatch { Client = "192.0.2.25" });
        sink.Ask("a@gmail.com").Drawn.ShouldBeNull("it is for one client alone");
        sink.Ask("a@gmail.com", client: "192.0.2.26").Drawn.ShouldBe(Outcome.TempFail);
        sink.Override(new OverrideAction { Accept = true });
        sink.Ask("a@gmail.com", client: "192.0.2.26").Drawn.ShouldBeNull("an override decides");
    }

    [Fact]
    public void Rates_of_a_schedule_are_rates()
    {
        var host = new BehaviourHost();
        host.LoadAsWritten("[[schedule]]\nat = \"+0s\"\nset = { defer = 100 }\n");
        host.Ask("a@gmail.com").Drawn.ShouldBe(Outcome.TempFail);
    }

    [Fact]
    public void Rates_for_some_of_an_entrys_domains_are_not_those_that_are_expected_of_it()
    {
        var host = new BehaviourHost();
        host.LoadAsWritten("""
            [domain."gmail.com"]
            bounce = 0
            [domain."*.pattern.example"]
            bounce = 0
            [domain."yahoo.*"]
            bounce = 0
            [[schedule]]
            domain = ["gmail.com", "only.example", "one.pattern.example", "yahoo.*", "*.a.pattern.example"]
            at = "+0s"
            set = { defer = 100 }
            """);
        host.Ask("a@gmail.com").Drawn.ShouldBe(Outcome.TempFail);
        host.Ask("a@yahoo.de").Drawn.ShouldBe(Outcome.TempFail);
        foreach (var some in (string[])["a@only.example", "a@one.pattern.example", "a@x.a.pattern.example"])
        {
            var answer = host.Ask(some);
            (answer.Reply?.Outcome, answer.Drawn).ShouldBe((Outcome.TempFail, null));
        }

        host.Ask("a@elsewhere.example").Drawn.ShouldBe(Outcome.Accepted);
        host.Ask("a@two.pattern.example").Drawn.ShouldBe(Outcome.Accepted);
    }

    [Fact]
    public void Rates_of_an_override_for_some_domains_of_a_pattern_are_not_those_that_are_expected_of_it()
    {
        var sink = new RuledSink("[domain.\"*.pattern.example\"]\nbounce = 0\n");
        sink.Override(new OverrideAction { Defer = 100 }, new OverrideMatch { Domain = ["one.pattern.example"] });
        sink.Ask("a@one.pattern.example").Drawn.ShouldBeNull();
        sink.Ask("a@two.pattern.example").Drawn.ShouldBe(Outcome.Accepted);
        sink.Override(new OverrideAction { Defer = 100 }, new OverrideMatch { Domain = ["*.example"] });
        sink.Ask("a@two.pattern.example").Drawn.ShouldBe(Outcome.TempFail);
    }
}
