namespace SmartSink.Policy.Tests.Loading;

public sealed class LoadAllocationTests
{
    private const int Domains = 2_000;

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
}
