using System.Text;
using SmartSink.Policy.Decisions;

namespace SmartSink.Policy.Tests.Decisions;

public sealed class SeedTests
{
    private const string Seeded = """
        seed = 42
        [default]
        bounce = 20
        defer = 20
        [domain."a.example"]
        [domain."*.pattern.example"]
        bounce = 30
        [[defer."*"]]
        code = 450
        msg = "a"
        [[defer."*"]]
        code = 451
        msg = "b"
        """;

    public static TheoryData<string> Domains => ["a.example", "x.pattern.example", "elsewhere.example"];

    [Theory]
    [MemberData(nameof(Domains))]
    public void A_seed_repeats_a_run(string domain)
    {
        var first = Sample.Codes(PolicyFolder.Snapshot(Seeded), domain, 2000);

        Sample.Codes(PolicyFolder.Snapshot(Seeded), domain, 2000).ShouldBe(first);
        Sample.Codes(PolicyFolder.Snapshot(Seeded.Replace("42", "43", StringComparison.Ordinal)), domain, 2000).ShouldNotBe(first);
        first.Distinct().Count().ShouldBe(4);
    }

    [Theory]
    [InlineData("a.example", "a.example")]
    [InlineData("x.pattern.example", "*.pattern.example")]
    [InlineData("elsewhere.example", "other")]
    [InlineData("", "other")]
    [InlineData("[192.0.2.1]", "other")]
    public void Asking_for_the_entry_of_a_domain_takes_no_draw(string domain, string entry)
    {
        var policy = PolicyFolder.Snapshot(Seeded);

        policy.EntryName(policy.EntryOf(Encoding.ASCII.GetBytes(domain))).ShouldBe(entry);

        Sample.Codes(policy, domain, 100).ShouldBe(Sample.Codes(PolicyFolder.Snapshot(Seeded), domain, 100));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("0x7FFFFFFFFFFFFFFF")]
    [InlineData("-9223372036854775808")]
    public void Any_whole_number_is_a_seed(string seed)
    {
        var file = Seeded.Replace("42", seed, StringComparison.Ordinal);
        var first = Sample.Codes(PolicyFolder.Snapshot(file), "a.example", 500);

        Sample.Codes(PolicyFolder.Snapshot(file), "a.example", 500).ShouldBe(first);
        first.ShouldNotBe(Sample.Codes(PolicyFolder.Snapshot(Seeded), "a.example", 500));
    }

    [Theory]
    [MemberData(nameof(Domains))]
    public void Each_replica_has_draws_of_its_own_that_repeat(string domain)
    {
        using var folder = new PolicyFolder(Seeded);
        int[] Codes(string? replica) => Sample.Codes(PolicyLoader.Load(folder.MainFile, replica: replica).Snapshot!, domain, 500);

        Codes("sink-1").ShouldBe(Codes("sink-1"));
        Codes("sink-2").ShouldNotBe(Codes("sink-1"));
        Codes(null).ShouldNotBe(Codes("sink-1"));
    }

    [Fact]
    public void An_address_that_does_not_exist_exists_on_no_replica()
    {
        using var folder = new PolicyFolder("seed = 42\nsticky = true\n[default]\nbounce = 50\n");
        int[] Codes(string? replica) => Sample.Codes(PolicyLoader.Load(folder.MainFile, replica: replica).Snapshot!, "a.example", 500);

        Codes("sink-2").ShouldBe(Codes("sink-1"));
        Codes(null).ShouldBe(Codes("sink-1"));
    }

    [Fact]
    public void Attempts_to_authenticate_repeat_and_take_no_draw_of_a_recipient()
    {
        var plain = Sample.Codes(PolicyFolder.Snapshot(Seeded), "a.example", 100);
        var policy = PolicyFolder.Snapshot(Seeded);
        var draws = Enumerable.Range(0, 100).Select(_ => policy.DrawForAuthentication()).ToList();

        Sample.Codes(policy, "a.example", 100).ShouldBe(plain);
        var again = PolicyFolder.Snapshot(Seeded);
        Enumerable.Range(0, 100).Select(_ => again.DrawForAuthentication()).ShouldBe(draws);
        draws.ShouldBeUnique();
        draws.ShouldAllBe(draw => draw < Threshold.Always);
        PolicyFolder.Snapshot("").DrawForAuthentication().ShouldNotBe(PolicyFolder.Snapshot("").DrawForAuthentication());
    }

    [Fact]
    public void Without_a_seed_two_runs_differ()
    {
        var policy = PolicyFolder.Snapshot("default = { bounce = 50 }");

        Sample.Codes(policy, "a.example", 200).ShouldNotBe(Sample.Codes(policy, "a.example", 200));
    }

    [Fact]
    public void Domains_do_not_disturb_each_other_however_they_interleave()
    {
        var alone = Domains.Select(row => Sample.Codes(PolicyFolder.Snapshot(Seeded), row.Data, 500)).ToList();
        var policy = PolicyFolder.Snapshot(Seeded);
        var dialog = new Dialog();
        var mixed = Domains.Select(_ => new List<int>()).ToList();
        var order = new Random(7);
        while (mixed.Any(codes => codes.Count < 500))
        {
            var which = order.Next(mixed.Count);
            dialog.Recipient("someone@" + Domains.ElementAt(which).Data);
            mixed[which].Add(dialog.Ask(policy).Reply?.Code ?? 250);
        }

        mixed.Select(codes => codes.Take(500)).ShouldBe(alone);
    }

    [Fact]
    public void A_trigger_takes_no_draw_of_the_rates()
    {
        var plain = Sample.Codes(PolicyFolder.Snapshot(Seeded), "a.example", 300);
        var policy = PolicyFolder.Snapshot(Seeded);
        Dialog[] triggers = [.. new[] { "tempfail", "permfail", "250-x", "451-x" }.Select(word => Dialog.With(word + "@a.example"))];
        var dialog = new Dialog();
        var codes = plain.Select((_, number) =>
        {
            triggers[number % triggers.Length].Ask(policy);
            dialog.Recipient($"user{number}@a.example");
            return dialog.Ask(policy).Reply?.Code ?? 250;
        });

        codes.ShouldBe(plain);
    }

    [Theory]
    [MemberData(nameof(Domains))]
    public void The_replies_of_a_trigger_are_the_same_whatever_comes_between(string domain)
    {
        var alone = TriggerCodes(PolicyFolder.Snapshot(Seeded), domain, "tempfail", 400);
        var policy = PolicyFolder.Snapshot(Seeded);
        Dialog[] others = [.. new[] { "permfail", "someone", "450-x" }.Select(word => Dialog.With($"{word}@{domain}"))];
        var mixed = alone.SelectMany((_, number) =>
        {
            others[number % others.Length].Ask(policy);
            return TriggerCodes(policy, domain, "tempfail", 1);
        });

        mixed.ShouldBe(alone);
        alone.Count(code => code == 450).ShouldBeInRange(150, 250);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sticky = true\n")]
    public void Totals_with_triggers_are_exact_in_any_order(string head)
    {
        string[] words = ["tempfail", "permfail", "250-x", "user", "user"];
        string[] recipients = [.. Enumerable.Range(0, 3000).Select(number => $"{words[number % words.Length]}{number}@a.example")];
        var order = new Random(7);

        var first = Totals(head + Seeded, recipients);

        for (var round = 0; round < 5; round++)
        {
            order.Shuffle(recipients);
            Totals(head + Seeded, recipients).ShouldBe(first);
        }
    }

    [Fact]
    public void A_domain_draws_the_same_by_itself_and_through_a_pattern()
    {
        var exact = Sample.Codes(PolicyFolder.Snapshot("seed = 1\ndefault.bounce = 50\ndomain.\"x.a.example\" = {}"), "x.a.example", 500);

        Sample.Codes(PolicyFolder.Snapshot("seed = 1\ndefault.bounce = 50\ndomain.\"*.a.example\" = {}"), "x.a.example", 500).ShouldBe(exact);
        Sample.Codes(PolicyFolder.Snapshot("seed = 1\ndefault.bounce = 50"), "x.a.example", 500).ShouldBe(exact);
    }

    [Theory]
    [MemberData(nameof(Domains))]
    public void Totals_are_exact_when_threads_draw_at_once(string domain)
    {
        const int Threads = 8;
        const int Each = 5_000;
        var expected = Sample.Outcomes(PolicyFolder.Snapshot(Seeded), domain, Threads * Each);
        var policy = PolicyFolder.Snapshot(Seeded);
        var totals = new int[3];

        Parallel.For(0, Threads, _ =>
        {
            var (accepted, tempFail, permFail) = Sample.Outcomes(policy, domain, Each);
            Interlocked.Add(ref totals[0], accepted);
            Interlocked.Add(ref totals[1], tempFail);
            Interlocked.Add(ref totals[2], permFail);
        });

        (totals[0], totals[1], totals[2]).ShouldBe(expected);
    }

    [Fact]
    public void Domains_beyond_the_counted_ones_share_a_counter_and_keep_the_rates()
    {
        var policy = PolicyFolder.Snapshot("seed = 5\ndefault.bounce = 50");
        var dialog = new Dialog();
        for (var i = 0; i < Policy.Decisions.DrawSource.MaximumCountedDomains; i++)
        {
            dialog.Recipient($"x@d{i}.example");
            dialog.Ask(policy);
        }

        var late = Sample.Outcomes(policy, "late.example", 10_000);
        new[] { "x@later.example", "x@later-still.example", "x@last.example" }.Select(Dialog.With).Min(AllocatedFor).ShouldBe(0);
        late.PermFail.ShouldBeInRange(4_500, 5_500);

        // A domain of its own each time: who remembered one would do so at its first recipient.
        long AllocatedFor(Dialog later)
        {
            var facts = later.Facts();
            var before = GC.GetAllocatedBytesForCurrentThread();
            policy.Answer(facts);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static int[] TriggerCodes(PolicySnapshot policy, string domain, string word, int count)
    {
        var dialog = Dialog.With($"{word}@{domain}");
        return [.. Enumerable.Range(0, count).Select(_ => dialog.Ask(policy).Reply!.Code)];
    }

    private static List<(int Code, int Count)> Totals(string file, IEnumerable<string> recipients)
    {
        var policy = PolicyFolder.Snapshot(file);
        return [.. recipients.CountBy(recipient => Dialog.With(recipient).Ask(policy).Reply?.Code ?? 250).Select(pair => (pair.Key, pair.Value)).Order()];
    }
}
