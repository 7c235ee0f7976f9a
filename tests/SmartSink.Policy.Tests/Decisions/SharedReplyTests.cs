using SmartSink.Smtp;

namespace SmartSink.Policy.Tests.Decisions;

public sealed class SharedReplyTests
{
    private static readonly PolicySnapshot Policy = PolicyFolder.Snapshot("""
        default.bounce = 100
        [bounce]
        "a.example" = [{ code = 550, msg = "no" }]
        "b.example" = [{ code = 550, msg = "no", weight = 7 }]
        "closing.example" = [{ code = 550, msg = "no", close = true }]
        "late.example" = [{ code = 550, msg = "no", stage = "data" }]
        "other.example" = [{ code = 551, msg = "no" }]
        "list.example" = [{ code = 550, msg = "no" }, { code = 552, msg = "no", weight = 0 }]
        """);

    [Fact]
    public void Equal_replies_are_one_in_memory()
    {
        Reply("b.example").ShouldBeSameAs(Reply("a.example"));
        Reply("list.example").ShouldBeSameAs(Reply("a.example"));
    }

    [Fact]
    public void Replies_that_differ_in_anything_stay_apart()
    {
        Reply("a.example").Closes.ShouldBeFalse();
        Reply("closing.example").Closes.ShouldBeTrue();
        Reply("other.example").Code.ShouldBe(551);
        Answer("a.example").ReplyStage.ShouldBe(Stage.Rcpt);
        Answer("late.example").ReplyStage.ShouldBe(Stage.Data);
    }

    private static SmartSink.Smtp.Server.FilterAnswer Answer(string domain) => Dialog.With("x@" + domain).Ask(Policy);

    private static SmartSink.Smtp.Replies.Reply Reply(string domain) => Answer(domain).Reply.ShouldNotBeNull();
}
