using SmartSink.Policy.Decisions;

namespace SmartSink.Behaviour.Tests.Rules;

/// <summary>What is counted over all revisions.</summary>
public sealed class RuleBookTests
{
    private static readonly BehaviourRule Refuse = RuledSink.Rule(new RuleAction { Reply = RuledSink.Reply(450, "4.0.0 No") });

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
}
