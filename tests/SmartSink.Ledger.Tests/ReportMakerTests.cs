using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;

namespace SmartSink.Ledger.Tests;

public sealed class ReportMakerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RuleContext Context = new(new RuleSettings(), moment => Noon.AddMilliseconds(moment));

    [Theory]
    [InlineData("-")]
    [InlineData("-", "None Fail", "Major NotSeen", "Critical NotSeen")]
    [InlineData("A", "Minor Pass")]
    [InlineData("A", "Critical Pass", "Major Warn", "Minor Warn", "None Warn", "None Fail")]
    [InlineData("B", "Critical Warn", "Major Warn", "Minor Warn")]
    [InlineData("B", "Minor Fail", "Major Warn", "Minor Warn")]
    [InlineData("C", "Major Fail", "Critical Pass")]
    [InlineData("D", "Major Fail", "Minor Fail")]
    [InlineData("E", "Major Fail", "Major Fail")]
    [InlineData("F", "Major Fail", "Major Fail", "Major Fail", "Major Fail")]
    [InlineData("F", "Critical Fail", "Major Pass", "Minor Pass")]
    public void A_grade_falls_by_what_fails_and_counts(string grade, params string[] rules) =>
        ReportMaker.GradeOf([.. rules.Select(RuleOf)]).ShouldBe(grade);

    [Fact]
    public void The_worst_sender_comes_first_and_the_one_without_a_grade_last()
    {
        var history = HistoryOf("192.0.2.1/32");
        var refused = new MailTry { Number = 1, Reply = 0, Outcome = Smtp.Outcome.PermFail };
        var bad = HistoryOf("192.0.2.2/32") with { Items = [new MailItem(new[] { refused, refused with { At = 1_000 } })], Replies = ["550 no"] };
        var good = HistoryOf("192.0.2.3/32") with { Items = [new MailItem(new[] { refused })] };

        var card = ReportMaker.Make([history, good, bad], Context, Noon.AddMinutes(10), forgotten: 7);

        card.Senders.Select(sender => (sender.Client, sender.Grade)).ShouldBe([("192.0.2.2/32", "F"), ("192.0.2.3/32", "A"), ("192.0.2.1/32", "-")]);
        card.Senders[0].Rules.Select(rule => rule.Rule).ShouldBe(SenderRules.All.Select(rule => rule.Name));
        (card.Since, card.Forgotten).ShouldBe((Noon, 7));
    }

    [Fact]
    public void Its_chart_has_a_point_for_each_stretch_and_at_most_600()
    {
        var seconds = Enumerable.Range(0, 1_500).Select(second => new ProviderSecond { At = second * 1_000, Accepted = 2, TempFailed = 1 }).ToList();
        seconds.Add(new ProviderSecond { At = 0, Provider = 1, PermFailed = 5 });

        var sender = ReportMaker.Make([HistoryOf("192.0.2.1/32") with { Seconds = seconds, Accepted = 3_000 }], Context, Noon, 0).Senders.Single();

        (sender.Seconds.Since, sender.Seconds.Step, sender.Seconds.Accepted.Count).ShouldBe((Noon, 3, 500));
        (sender.Seconds.Accepted.Sum(), sender.Seconds.Accepted[^1], sender.Seconds.Permfail[0]).ShouldBe((3_000, 6, 5));
        (sender.Accepted, sender.Tempfail, sender.Permfail).ShouldBe((3_000, 1_500, 5));
    }

    [Fact]
    public void Settings_change_what_counts()
    {
        var settings = new RuleSettings();
        settings.Set(SenderRules.All[0], RuleWeight.None);
        var tries = new MailTry[] { new() { Number = 1, Outcome = Smtp.Outcome.PermFail }, new() { Number = 1, At = 1, Outcome = Smtp.Outcome.PermFail } };

        var sender = ReportMaker.Make([HistoryOf("192.0.2.1/32") with { Items = [new MailItem(tries)] }], Context with { Settings = settings }, Noon, 0).Senders.Single();

        (sender.Rules[0].Verdict, sender.Rules[0].Weight).ShouldBe((Verdict.Fail, RuleWeight.None));
    }

    [Fact]
    public void A_sender_of_whom_nothing_was_seen_has_no_grade_by_any_rule() =>
        ReportMaker.Make([HistoryOf("192.0.2.1/32")], Context, Noon, 0).Senders.Single().Rules.ShouldAllBe(rule => rule.Verdict == Verdict.NotSeen && rule.Number == null && rule.Finding.EndsWith('.'));

    [Fact]
    public void An_empty_ledger_has_no_senders() => ReportMaker.Make([], Context, Noon, 0).Senders.ShouldBeEmpty();

    private static SenderHistory HistoryOf(string client) => new() { Sender = new LedgerSender(client, string.Empty), Since = 0, Until = 600_000 };

    private static RuleReport RuleOf(string text)
    {
        var words = text.Split(' ');
        return new RuleReport("rule", "Rule", Enum.Parse<Verdict>(words[1]), Enum.Parse<RuleWeight>(words[0]), null, string.Empty, string.Empty, [], string.Empty, []);
    }
}
