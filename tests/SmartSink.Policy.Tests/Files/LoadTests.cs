using SmartSink.Testing;

namespace SmartSink.Policy.Tests.Files;

public sealed class LoadTests
{
    private const int Domains = 2_000;

    [Fact]
    public void A_snapshot_knows_when_it_was_read()
    {
        using var folder = new PolicyFolder();
        var now = new DateTimeOffset(2026, 3, 7, 9, 5, 4, TimeSpan.Zero);

        PolicyLoader.Load(folder.MainFile, new StoppedClock(now)).Snapshot.ShouldNotBeNull().LoadedAt.ShouldBe(now);
    }

    [Fact]
    public void The_shipped_policy_loads_without_any_diagnostic()
    {
        var result = PolicyLoader.Load(RepositoryRoot.Combine("policy", "responses.toml"));

        result.Diagnostics.ShouldBeEmpty();
        result.Snapshot.ShouldNotBeNull();
        result.Files.ShouldBe([RepositoryRoot.Combine("policy", "responses.toml")]);
        result.IncludeFolders.ShouldBeEmpty();
    }

    [Fact]
    public void A_sister_domain_speaks_as_the_one_it_is_like()
    {
        var policy = PolicyLoader.Load(RepositoryRoot.Combine("policy", "responses.toml")).Snapshot.ShouldNotBeNull();

        policy.Explain("someone@googlemail.com").LikeChain.ShouldBe(["gmail.com"]);
        Dialog.With("permfail@googlemail.com").Ask(policy).Reply.ShouldNotBeNull().Code.ShouldBeGreaterThanOrEqualTo(500);
    }

    [Fact]
    public void A_domain_with_rates_and_two_replies_costs_at_most_20000_bytes_to_load()
    {
        using var folder = new PolicyFolder(string.Concat(Enumerable.Range(0, Domains).Select(i => $$"""
            [domain."mail{{i}}.example"]
            bounce = 5.5
            defer = 20
            [[bounce."mail{{i}}.example"]]
            code = 550
            msg = "5.1.1 <{recipient}>: no such user"
            [[defer."mail{{i}}.example"]]
            code = 451
            msg = "4.7.1 Try again later"

            """)));
        folder.Load().HasErrors.ShouldBeFalse();

        var before = GC.GetAllocatedBytesForCurrentThread();
        folder.Load();

        ((GC.GetAllocatedBytesForCurrentThread() - before) / Domains).ShouldBeLessThanOrEqualTo(20_000);
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
