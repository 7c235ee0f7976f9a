using System.Text;
using SmartSink.TrafficGen.Reporting;
using SmartSink.TrafficGen.Verifying;

namespace SmartSink.TrafficGen.Tests.Verifying;

/// <summary>A run's messages beside what ledgers say of them, by number.</summary>
public sealed class NumberComparisonTests
{
    private readonly MessageFates _fates = new(TimeProvider.System);

    [Theory]
    // What the run saw of its messages (A accepted, R refused, W waiting, . nothing), what the ledger says, and what is wrong.
    [InlineData("AAAA", "0-3", "", "", "", "")]
    [InlineData("AAAA", "0,3", "", "", "", "lost 1-2")]
    [InlineData("AAAA", "0", "1", "2", "", "lost 1-3")]
    [InlineData("ARRR", "0", "1", "2", "", "")]
    [InlineData("ARRR", "0-1", "2", "", "", "wrong 1")]
    [InlineData("A.W", "0-2", "", "", "", "unheard 1-2")]
    [InlineData("A.W", "0", "", "1-2", "", "")]
    [InlineData("", "5-9", "", "", "", "")]
    public void Without_an_MTA_both_sides_must_have_seen_the_same(string fates, string accepted, string refused, string waiting, string bounced, string told) =>
        Tell(Compare(fates, relayed: false, single: true, Ledger(accepted, refused, waiting, bounced))).ShouldBe(told);

    [Theory]
    [InlineData("AAAA", "0", "1-3", "", "", "")]
    [InlineData("AAAA", "0", "1", "2", "", "lost 3; waiting 2")]
    [InlineData("AAAA", "0", "1", "2", "1-2", "lost 3")]
    [InlineData("AAAA", "0-1", "2", "", "1,3", "wrong 1,3")]
    [InlineData("A.R", "0-2", "", "", "", "wrong 2; unheard 1")]
    public void Behind_an_MTA_mail_may_be_refused_and_come_back_but_not_get_lost(string fates, string accepted, string refused, string waiting, string bounced, string told) =>
        Tell(Compare(fates, relayed: true, single: true, Ledger(accepted, refused, waiting, bounced))).ShouldBe(told);

    [Fact]
    public void A_message_to_several_recipients_may_be_accepted_and_come_back() =>
        Tell(Compare("A", relayed: true, single: false, Ledger("0", "", "", "0"))).ShouldBeEmpty();

    [Fact]
    public void Duplicates_are_excused_after_a_lost_reply_and_not_at_two_sinks()
    {
        var first = Ledger("0-4", "", "", "") with { Duplicates = [new(0, 1, 1), new(1, 2, 1)] };

        Tell(Compare("AAAAA", relayed: true, single: true, first)).ShouldBe("twice 1; excused 0");
        Tell(Compare("AAAAA", relayed: true, single: true, first, Ledger("4", "", "", ""))).ShouldBe("twice 1,4; excused 0");
    }

    [Fact]
    public void A_ledger_that_has_forgotten_proves_no_loss()
    {
        var numbers = Compare("AAA", relayed: true, single: true, Ledger("0", "", "", "1") with { Partial = true });

        (Tell(numbers), numbers.Agrees, numbers.Partial).ShouldBe((string.Empty, true, true));
    }

    [Fact]
    public void A_range_that_is_none_is_told() =>
        Should.Throw<FormatException>(() => Compare("A", relayed: false, single: true, Ledger("zero", "", "", "")));

    [Fact]
    public void Fates_are_kept_for_each_number_whatever_thread_tells_them()
    {
        Parallel.For(0, 300_000, number => _fates.Set(number, (MessageFate)(number % 4)));

        _fates.Count.ShouldBe(300_000);
        for (var number = 0L; number < 300_000; number++)
        {
            if (_fates[number] != (MessageFate)(number % 4))
            {
                _fates[number].ShouldBe((MessageFate)(number % 4), $"{number}");
            }
        }

        _fates[10_000_000].ShouldBe(MessageFate.Unknown);
    }

    [Fact]
    public void The_first_twenty_numbers_are_told_and_the_JSON_has_all()
    {
        var numbers = Compare(new string('A', 100), relayed: true, single: true, Ledger("0-49,51", "60-69", "70", ""));
        var text = new StringBuilder();

        VerifyText.AppendTo(text, new VerifyReport([new(new Uri("http://sink.test:8000"), null, 1, new(51, 0, 10))], true, false, 29, 0, 0, []) { Numbers = numbers, IsByNumber = true });

        var lines = text.ToString().Split('\n');
        lines.ShouldContain(line => line.StartsWith("lost ", StringComparison.Ordinal) && line.EndsWith("  38  50, 52, 53, 54, 55, 56, 57, 58, 59, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, …", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith("waiting in the target's queue ", StringComparison.Ordinal) && line.EndsWith(" 1  70", StringComparison.Ordinal));
        lines.ShouldContain("by number: the target and the sink DIFFER");
        text.ToString().ShouldNotContain("MISSING");
        numbers.Lost.Numbers.ShouldBe(["50", "52-59", "71-99"]);
    }

    private static LedgerRun Ledger(string accepted, string refused, string waiting, string bounced) =>
        new() { Accepted = Ranges(accepted), Refused = Ranges(refused), Waiting = Ranges(waiting), Bounced = Ranges(bounced) };

    private static string[] Ranges(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static string Tell(VerifyNumbers numbers)
    {
        (string Name, NumberList List)[] lists =
            [("lost", numbers.Lost), ("twice", numbers.Twice), ("excused", numbers.Excused), ("wrong", numbers.WronglyBounced), ("waiting", numbers.Waiting), ("unheard", numbers.Unheard)];
        numbers.Agrees.ShouldBe(lists.Where(pair => pair.Name is not ("excused" or "unheard")).All(pair => pair.List.Count == 0));
        return string.Join("; ", lists.Where(pair => pair.List.Count > 0).Select(pair => $"{pair.Name} {string.Join(',', pair.List.Numbers)}"));
    }

    private VerifyNumbers Compare(string fates, bool relayed, bool single, params LedgerRun[] ledgers)
    {
        for (var number = 0; number < fates.Length; number++)
        {
            _fates.Set(number, fates[number] switch { 'A' => MessageFate.Accepted, 'R' => MessageFate.Refused, 'W' => MessageFate.Waiting, _ => MessageFate.Unknown });
        }

        return NumberComparison.Compare(_fates, ledgers, relayed, single);
    }
}
