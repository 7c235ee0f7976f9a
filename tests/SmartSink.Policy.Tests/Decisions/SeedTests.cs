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
    public void Every_recipient_takes_one_draw_also_one_that_a_trigger_decides()
    {
        var plain = Sample.Codes(PolicyFolder.Snapshot(Seeded), "a.example", 300);
        var policy = PolicyFolder.Snapshot(Seeded);
        var dialog = new Dialog();
        foreach (var trigger in new[] { "tempfail", "permfail", "250-x", "451-x" })
        {
            dialog.Recipient(trigger + "@a.example");
            dialog.Ask(policy);
        }

        Sample.Codes(policy, "a.example", 296).ShouldBe(plain[4..]);
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
        dialog.Recipient("x@later.example");
        var facts = dialog.Facts();
        var before = GC.GetAllocatedBytesForCurrentThread();
        policy.Answer(facts);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.ShouldBe(0);
        late.PermFail.ShouldBeInRange(4_500, 5_500);
    }
}
