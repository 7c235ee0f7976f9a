using SmartSink.Policy.Decisions;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Tests.Rules;

public sealed class DuplicateTests
{
    [Fact]
    public void The_second_delivery_of_a_message_to_a_recipient_is_told_and_each_one_after_it()
    {
        var sink = new RuledSink(string.Empty, RuledSink.Rule(new RuleAction { Fault = AnswerFault.DropBeforeReply }));
        sink.Deliver("<1@x>", "a@b.example");
        sink.Deliver("<1@x>", "c@b.example");
        sink.Deliver("<2@x>", "a@b.example");
        sink.Told.ShouldBeEmpty();
        sink.Deliver("<1@x>", "A@B.example");
        sink.Pass("1:00:00");
        sink.Load(string.Empty);
        sink.Deliver("<1@x>", "a@b.example");
        sink.Told.ShouldBe(["<1@x> again for A@B.example", "<1@x> again for a@b.example"]);
    }

    [Fact]
    public void A_policy_can_have_them_counted_in_all_mail()
    {
        var sink = new RuledSink(string.Empty);
        sink.Say("a@b.example").ShouldBe("ok");
        sink.Load(string.Empty, 1, [], countsDuplicates: true);
        sink.Say("a@b.example").ShouldBe("ok id");
        new PolicyBehaviour(1, [], []) { CountsDuplicates = true }.IsEmpty.ShouldBeFalse();
    }
}
