using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Ledger.Tests.Rules;

public sealed class ClassificationRuleTests
{
    private static readonly MailItem[] Refused =
    [
        Item(1, (ReplyLabel.UnknownUser, Outcome.PermFail)),
        Item(2, (ReplyLabel.UnknownUser, Outcome.PermFail)),
        Item(3, (ReplyLabel.MailboxFull, Outcome.TempFail), (ReplyLabel.MailboxFull, Outcome.PermFail)),
        Item(4, (ReplyLabel.Greylist, Outcome.TempFail), (default, Outcome.Accepted)),
    ];

    [Fact]
    public void The_words_of_the_labels_are_known_in_any_spelling()
    {
        var judgement = Judge((1, "unknown_user"), (2, "Unknown-User"), (3, "mailboxFull"), (4, "greylist"));

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Pass, 100));
        judgement.Finding.ShouldBe("Classified correctly: 4 of 4 refusals (100 %).");
        judgement.Examples.ShouldBeEmpty();
    }

    [Fact]
    public void Hard_and_soft_are_held_against_the_outcome() => Judge((1, "hard"), (2, "Hard"), (3, "soft"), (4, "soft")).Number.ShouldBe(100);

    [Fact]
    public void Wrong_words_fail_and_are_counted_by_label()
    {
        var judgement = Judge((1, "unknown_user"), (2, "mailbox_full"), (3, "unknown_user"), (4, "hard"));

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Fail, 25));
        judgement.Examples[0].Text.ShouldBe("classified as mailbox_full, refused as unknown_user (gmail.com, connection 2)");
        judgement.Table!.Select(row => string.Join(" | ", row)).ShouldBe(
        [
            "label | refusals | precision | recall | unknown_user | hard | mailbox_full",
            "unknown_user | 2 | 50 % | 50 % | 1 | 0 | 1",
            "mailbox_full | 1 | 0 % | 0 % | 1 | 0 | 0",
            "greylist | 1 | – | 0 % | 0 | 1 | 0",
        ]);
    }

    [Fact]
    public void Words_of_the_senders_own_can_be_explained()
    {
        var settings = new RuleSettings();
        settings.Set("bad-address", new ReplyClass(ReplyClass.BitOf(ReplyLabel.UnknownUser) | ReplyClass.BitOf(ReplyLabel.BadAddress), null));
        settings.Set("ok", ReplyClass.Of("none"));

        var judgement = Judge(settings, (1, "BadAddress"), (3, "over quota"), (4, "OK"));

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Warn, 100));
        judgement.Finding.ShouldBe("Classified correctly: 1 of 1 refusal (100 %). 1 line had a word that is not in [classes] of report.toml: \"over quota\" (1).");
    }

    [Fact]
    public void A_line_without_the_sender_stands_for_its_recipient_and_one_about_somebody_else_for_nothing()
    {
        ClassifiedRecipient[] lines = [new(0, 1UL << 32 | 99, "unknown_user"), new(77, 77UL << 32, "hard"), new(0, 78UL << 32, "hard")];

        Judge(new RuleSettings(), lines).Finding.ShouldBe("Classified correctly: 1 of 1 refusal (100 %).");
        Judge(new RuleSettings(), lines[1..]).Finding.ShouldBe("None of 2 lines in the log classifies a recipient that was refused here.");
    }

    [Fact]
    public void Of_many_words_the_table_shows_the_most_frequent()
    {
        var settings = new RuleSettings();
        for (var word = 0; word < 20; word++)
        {
            settings.Set($"word {word}", ReplyClass.Of("unknown_user"));
        }

        var table = Judge(settings, [.. Enumerable.Range(0, 20).Select(word => (1, $"word {word}"))]).Table!;

        table[0].Count.ShouldBe(17);
        (table[0][^1], table[1][^1]).ShouldBe(("other words", "8"));
    }

    private static MailItem Item(uint number, params (ReplyLabel Label, Outcome Outcome)[] tries) => new(tries.Select((tried, at) => new MailTry
    {
        At = at,
        Mail = ((ulong)number << 32) | 5,
        Number = -1,
        Connection = number,
        Label = tried.Label,
        Outcome = tried.Outcome,
        Reply = tried.Outcome == Outcome.Accepted ? -1 : 0,
    }).ToArray());

    private static Judgement Judge(params (int Item, string Class)[] lines) => Judge(new RuleSettings(), lines);

    private static Judgement Judge(RuleSettings settings, params (int Item, string Class)[] lines) =>
        Judge(settings, [.. lines.Select(line => new ClassifiedRecipient(((ulong)line.Item << 32) | 5, (ulong)line.Item << 32, line.Class))]);

    private static Judgement Judge(RuleSettings settings, params ClassifiedRecipient[] lines) => SenderRules.Find("classification")!.Judge(
        new SenderHistory { Sender = new LedgerSender("192.0.2.1/32", string.Empty), Since = 0, Until = 1_000, Items = Refused, Providers = ["gmail.com"], Replies = ["550 no"] },
        Simulation.Context() with { Settings = settings, Classified = lines });
}
