using SmartSink.Policy.Replies;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Tests.Decisions;

/// <summary>Local parts that ask for a reply by its label.</summary>
public sealed class LabelTriggerTests
{
    private const string File = """
        seed = 42
        [domain."own.example"]
        [domain."like.example"]
        like = "own.example"
        [domain."sticky.example"]
        like = "own.example"
        sticky = true
        [domain."single.example"]

        [bounce]
        "own.example" = [
          { code = 550, msg = "5.1.1 nobody" },
          { code = 552, msg = "5.2.2 full", weight = 6 },
          { code = 553, msg = "5.2.2 full, too", weight = 0.5 },
          { code = 554, msg = "5.7.1 never", label = "content", weight = 0 },
        ]
        "single.example" = [{ code = 552, msg = "5.2.2 full", weight = 3 }]
        "*" = [{ code = 554, msg = "5.7.1 spam", label = "content", stage = "data" }]

        [defer]
        "own.example" = [
          { code = 451, msg = "4.7.1 later", label = "greylist", weight = 100 },
          { code = 452, msg = "4.2.2 full for now", weight = 3.5 },
        ]
        "single.example" = [{ code = 452, msg = "4.2.2 full for now" }]
        "*" = [{ code = 450, msg = "4.7.28 slow down" }]
        """;

    private static readonly PolicySnapshot Policy = PolicyFolder.Snapshot(File);

    [Theory]
    [InlineData("unknown-x@own.example", "550 5.1.1 nobody")]
    [InlineData("greylist-x@own.example", "451 4.7.1 later")]
    [InlineData("GREYLIST-x@like.example", "451 4.7.1 later")]
    [InlineData("label-greylist-x@own.example", "451 4.7.1 later")]
    [InlineData("spam-x@own.example", "554 5.7.1 spam")]
    [InlineData("throttle-x@like.example", "450 4.7.28 slow down")]
    [InlineData("throttle-x@elsewhere.example", "450 4.7.28 slow down")]
    [InlineData("full-x@elsewhere.example", "552 5.2.2 The mailbox is full")]
    [InlineData("full-x@[192.0.2.1]", "552 5.2.2 The mailbox is full")]
    [InlineData("full-x", "552 5.2.2 The mailbox is full")]
    [InlineData("label-system-x@own.example", "451 4.3.0 Temporary failure, please try again later")]
    public void The_domains_own_reply_is_given_else_that_of_all_others_else_the_built_in_one(string recipient, string wire) =>
        Dialog.With(recipient).Wire(Policy).ShouldBe(wire);

    [Theory]
    [InlineData("spam-x@own.example", Stage.Data)]
    [InlineData("spam-x+rcpt@own.example", Stage.Rcpt)]
    [InlineData("unknown-x@own.example", Stage.Rcpt)]
    [InlineData("unknown-x+data@own.example", Stage.Data)]
    [InlineData("label-too_large-x@own.example", Stage.Data)]
    [InlineData("label-too_large-x+rcpt@own.example", Stage.Rcpt)]
    [InlineData("tempfail+data@own.example", Stage.Data)]
    [InlineData("permfail+rcpt@elsewhere.example", Stage.Rcpt)]
    [InlineData("permfail@elsewhere.example", Stage.Data)]
    [InlineData("450-x@own.example", Stage.Rcpt)]
    [InlineData("450-x+data@own.example", Stage.Data)]
    public void A_reply_is_given_at_its_own_stage_or_at_that_of_the_tag(string recipient, Stage stage)
    {
        var answer = Dialog.With(recipient).Ask(Policy);

        answer.Reply.ShouldNotBeNull();
        answer.ReplyStage.ShouldBe(stage);
    }

    [Fact]
    public void Both_lists_are_drawn_from_by_weight()
    {
        var counts = Codes(PolicyFolder.Snapshot(File), "full-x@own.example", 100_000).CountBy(code => code).ToDictionary(pair => pair.Key, pair => pair.Value / 1000.0);

        counts.Keys.Order().ShouldBe([452, 552, 553]);
        counts[552].ShouldBe(60, 0.8);
        counts[452].ShouldBe(35, 0.8);
        counts[553].ShouldBe(5, 0.4);
    }

    [Fact]
    public void The_weight_of_a_lists_only_reply_counts() =>
        Codes(PolicyFolder.Snapshot(File), "full-x@single.example", 40_000).Count(code => code == 552).ShouldBeInRange(29_500, 30_500);

    [Fact]
    public void Draws_repeat_whatever_comes_between()
    {
        var alone = Codes(PolicyFolder.Snapshot(File), "full-x@own.example", 300);
        var policy = PolicyFolder.Snapshot(File);
        string[] others = ["greylist-x@own.example", "label-content-x@own.example", "full-x@like.example", "tempfail@own.example", "permfail@own.example", "joe@own.example"];

        var mixed = alone.SelectMany((_, number) =>
        {
            Dialog.With(others[number % others.Length]).Ask(policy);
            return Codes(policy, $"label-mailbox_full-{number}@own.example", 1);
        });

        mixed.ShouldBe(alone);
        Codes(PolicyFolder.Snapshot(File.Replace("42", "43", StringComparison.Ordinal)), "full-x@own.example", 300).ShouldNotBe(alone);
    }

    [Fact]
    public void Under_sticky_an_address_always_gets_the_same_reply()
    {
        var codes = Enumerable.Range(0, 50).Select(number => Codes(Policy, $"full-{number}@sticky.example", 10).Distinct().ShouldHaveSingleItem()).ToList();

        codes.Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_reply_of_its_label_is_built_in_for_each()
    {
        var policy = PolicyFolder.Snapshot(string.Empty);
        foreach (var label in Enum.GetValues<ReplyLabel>())
        {
            var dialog = Dialog.With($"label-{ReplyLabels.Words[(int)label]}-x@a.example");
            var reply = dialog.Ask(policy).Reply.ShouldNotBeNull();

            reply.Label.ShouldBe(label);
            dialog.Wire(reply)[3..6].ShouldBe($" {reply.Code / 100}.");
            ReplyLabels.Of(reply.Code, EnhancedCodeText.Read(dialog.Wire(reply).Split(' ')[1])).ShouldBeOneOf(label, ReplyLabel.Policy, ReplyLabel.System);
        }
    }

    [Fact]
    public void It_counts_under_its_domain() => Policy.EntryName(Dialog.With("full-x@like.example").Ask(Policy).Entry).ShouldBe("like.example");

    private static int[] Codes(PolicySnapshot policy, string recipient, int count)
    {
        var facts = Dialog.With(recipient).Facts();
        var codes = new int[count];
        for (var i = 0; i < count; i++)
        {
            codes[i] = policy.Answer(facts).Reply!.Code;
        }

        return codes;
    }
}
