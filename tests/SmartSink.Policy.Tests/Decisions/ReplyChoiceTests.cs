using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy.Tests.Decisions;

public sealed class ReplyChoiceTests
{
    private static readonly PolicySnapshot Shared = PolicyFolder.Snapshot("""
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
    public void Replies_come_in_proportion_to_their_weights()
    {
        var policy = PolicyFolder.Snapshot("""
            seed = 1
            default.bounce = 100
            bounce."*" = [
              { code = 550, msg = "a" },
              { code = 551, msg = "b", weight = 2.5 },
              { code = 552, msg = "c", weight = 0 },
              { code = 553, msg = "d", weight = 6 },
              { code = 554, msg = "e", weight = 0.5 },
            ]
            """);

        var shares = Sample.Codes(policy, "example.com", 200_000).CountBy(code => code).ToDictionary(pair => pair.Key, pair => pair.Value / 2000.0);

        shares.Keys.Order().ShouldBe([550, 551, 553, 554]);
        shares[550].ShouldBe(10, 0.4);
        shares[551].ShouldBe(25, 0.4);
        shares[553].ShouldBe(60, 0.4);
        shares[554].ShouldBe(5, 0.4);
    }

    [Fact]
    public void The_choice_of_a_reply_does_not_depend_on_the_rate()
    {
        // Only the lowest fiftieth of all draws bounces: their replies must still be spread evenly.
        var policy = PolicyFolder.Snapshot("""
            seed = 1
            default.bounce = 2
            bounce."*" = [{ code = 550, msg = "a" }, { code = 551, msg = "b" }]
            """);

        var codes = Sample.Codes(policy, "example.com", 200_000);

        codes.Count(code => code == 550).ShouldBeInRange(1_800, 2_200);
        codes.Count(code => code == 551).ShouldBeInRange(1_800, 2_200);
    }

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

    private static FilterAnswer Answer(string domain) => Dialog.With("x@" + domain).Ask(Shared);

    private static Reply Reply(string domain) => Answer(domain).Reply.ShouldNotBeNull();
}
