using SmartSink.Behaviour.Rules;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Tests.Rules;

/// <summary>Rules that are added while the sink runs, and what is counted over all revisions.</summary>
public sealed class RuleBookTests
{
    private static readonly BehaviourRule Refuse = RuledSink.Rule(new RuleAction { Reply = RuledSink.Reply(450, "4.0.0 No") });

    [Fact]
    public void They_come_before_those_of_the_policy_in_the_order_in_which_they_were_added()
    {
        var sink = new RuledSink(string.Empty, RuledSink.Rule(new RuleAction { Reply = RuledSink.Reply(554, "5.0.0 No") }));
        sink.Say("a@b.example").ShouldBe("554");
        sink.Book.Add(Refuse with { Times = 2 }, sink.Now);
        sink.Book.Add(RuledSink.Rule(new RuleAction { Accepts = true }, "b.example") with { Times = 1 }, sink.Now);
        Enumerable.Range(0, 4).Select(_ => sink.Say("a@b.example")).ShouldBe(["450", "450", "ok", "554"]);
        sink.Book.List(sink.Now).ShouldBeEmpty();
    }

    [Fact]
    public void They_have_a_lifetime_from_when_they_were_added()
    {
        var sink = new RuledSink(string.Empty);
        sink.Pass("1:00:00");
        var id = sink.Book.Add(Refuse with { Time = Lasting(TimeSpan.FromMinutes(5)) }, sink.Now);
        sink.Say("a@b.example").ShouldBe("450");
        sink.Pass("0:04:00");
        sink.Say("a@b.example").ShouldBe("450");
        sink.Book.List(sink.Now).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            rule => rule.Id.ShouldBe(id!.Value),
            rule => rule.Left.ShouldBe(TimeSpan.FromMinutes(1)),
            rule => rule.Acted.ShouldBe(2));
        sink.Pass("0:01:00");
        sink.Say("a@b.example").ShouldBe("ok");
        sink.Book.List(sink.Now).ShouldBeEmpty();
        sink.Book.Added.Count.ShouldBe(0);
    }

    [Fact]
    public void Their_lifetime_is_scaled_as_schedules_are_also_when_a_reload_changes_the_scale()
    {
        var sink = new RuledSink(string.Empty);
        sink.Book.Add(Refuse with { Time = Lasting(TimeSpan.FromMinutes(10)) }, sink.Now);
        sink.Pass("0:05:00");
        sink.Load(string.Empty, 60, []);
        sink.Say("a@b.example").ShouldBe("450");
        sink.Book.List(sink.Now).ShouldHaveSingleItem().Left.ShouldBe(TimeSpan.FromSeconds(5));
        sink.Pass("0:00:05");
        sink.Say("a@b.example").ShouldBe("ok");
    }

    [Fact]
    public void They_stay_over_a_reload_until_they_are_removed()
    {
        var sink = new RuledSink(string.Empty);
        var first = sink.Book.Add(Refuse, sink.Now)!.Value;
        sink.Book.Add(RuledSink.Rule(new RuleAction { Fault = AnswerFault.Hang }, "*.b.example"), sink.Now);
        sink.Load("[default]\nbounce = 0");
        sink.Say("a@x.b.example").ShouldBe("450 Hang");
        sink.Book.Remove(first).ShouldBeTrue();
        sink.Book.Remove(first).ShouldBeFalse();
        sink.Say("a@x.b.example").ShouldBe("ok Hang");
        sink.Book.Clear();
        sink.Say("a@x.b.example").ShouldBe("ok");
        sink.Book.Added.Index.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Another_of_the_same_name_begins_anew()
    {
        var sink = new RuledSink(string.Empty);
        var sequence = RuledSink.Rule(new RuleAction { Sequence = [RuledSink.Reply(451, "x"), null] });
        for (var i = 0; i < 2; i++)
        {
            var id = sink.Book.Add(sequence, sink.Now)!.Value;
            sink.Say("a@b.example").ShouldBe("451");
            sink.Say("a@b.example").ShouldBe("ok");
            sink.Book.Remove(id);
        }
    }

    [Fact]
    public void There_are_ten_thousand_at_most_and_those_that_are_over_make_room()
    {
        var sink = new RuledSink(string.Empty);
        for (var i = 0; i < RuleBook.MostAdded; i++)
        {
            sink.Book.Add(Refuse with { Name = $"{i}", Time = Lasting(TimeSpan.FromMinutes(i < 10 ? 1 : 2)) }, sink.Now).ShouldNotBeNull();
        }

        sink.Book.Add(Refuse, sink.Now).ShouldBeNull();
        sink.Pass("0:01:00");
        for (var i = 0; i < 10; i++)
        {
            sink.Book.Add(Refuse, sink.Now).ShouldNotBeNull();
        }

        sink.Book.Add(Refuse, sink.Now).ShouldBeNull();
        sink.Book.List(sink.Now).Count.ShouldBe(RuleBook.MostAdded);
        sink.Book.Clear();
        sink.Book.List(sink.Now).ShouldBeEmpty();
    }

    [Fact]
    public void Keys_of_domains_belong_to_a_revision() =>
        Should.Throw<ArgumentException>(() =>
        {
            var sink = new RuledSink(string.Empty);
            sink.Book.Add(RuledSink.Rule(new RuleAction { Set = new Dictionary<int, DomainOverlay>() }), sink.Now);
        });

    [Fact]
    public void How_often_a_rule_has_acted_is_counted_over_reloads()
    {
        var sink = new RuledSink(string.Empty, Refuse with { Name = "one" }, Refuse with { Name = "two" });
        sink.Say("a@b.example");
        sink.Load(string.Empty, Refuse with { Name = "two" }, Refuse with { Name = "one" });
        sink.Say("a@b.example");
        sink.Say("a@b.example");
        sink.Book.Acted.ShouldBe([("two", 2L), ("one", 1L)]);
        sink.Load(string.Empty);
        sink.Book.Acted.ShouldBeEmpty();
    }

    /// <summary>Many ask while rules come and go: nobody is met who should not be, and nothing is left behind.</summary>
    [Fact]
    public void Rules_come_and_go_while_many_ask()
    {
        var sink = new RuledSink(string.Empty, Refuse with { Match = new RuleMatch { Domains = [new DomainKey("fixed.example", DomainKeyKind.Name)] } });
        using var stop = new CancellationTokenSource();
        var asking = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                sink.Ask("a@fixed.example").Reply!.Code.ShouldBe(450);
                sink.Ask("a@other.example").Reply.ShouldBeNull();
                sink.Ask("a@changing.example");
            }
        })).ToList();
        asking.ForEach(thread => thread.Start());
        for (var i = 0; i < 2_000; i++)
        {
            var id = sink.Book.Add(RuledSink.Rule(new RuleAction { Accepts = true }, i % 2 == 0 ? "changing.example" : "*.example.changing"), sink.Now)!.Value;
            sink.Book.Remove(id).ShouldBeTrue();
        }

        stop.Cancel();
        asking.ForEach(thread => thread.Join());
        sink.Book.Added.Index.IsEmpty.ShouldBeTrue();
    }

    private static RuleTime Lasting(TimeSpan time) => RuleTime.Always with { For = time };
}
