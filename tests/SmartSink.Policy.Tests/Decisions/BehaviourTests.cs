using System.Net;
using System.Text;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;

namespace SmartSink.Policy.Tests.Decisions;

/// <summary>What the files say of limits and rules, frozen.</summary>
public sealed class BehaviourTests
{
    private const string Provider = """
        [domain."slow.example".limits]
        by = ["user", "sender_domain"]
        net4 = 24
        net6 = 48
        connections = 5
        messages_per_connection = 50
        after = "close"
        recipients_per_message = 100
        rate = "100/min"
        burst = 200
        unknown = "10%"
        block = { after = "5 throttled/min", for = "10m", grow = 1.5, reply = "554 5.7.1 blocked" }
        warmup = ["200/h", "1,000/d"]
        [domain."slow.example".greylist]
        wait = "5m"
        [domain."slow.example".delay]
        connect = "20ms"
        ehlo = "0"
        rcpt = "5ms..30ms"
        data = 'lognormal("50ms", 0.5)'
        [domain."slow.example".habits]
        tls = "required"
        banner = "slow and steady"
        [domain."sister.example"]
        like = "slow.example"
        [domain."sister.example".limits]
        rate = "7/s"
        [domain."fast.example"]
        bounce = 1
        [[mx]]
        networks = "192.0.2.1"
        hostname = "mx.slow.example"
        domains = "sister.example"

        """;

    [Fact]
    public void A_policy_that_says_nothing_of_it_costs_nothing() =>
        PolicyFolder.Snapshot("time_scale = 60\n[domain.\"a.example\"]\nbounce = 1\n").Behaviour.ShouldBeSameAs(PolicyBehaviour.None);

    [Fact]
    public void Every_key_is_frozen()
    {
        var policy = PolicyFolder.Snapshot("time_scale = 60\n" + Provider);

        policy.Behaviour.TimeScale.ShouldBe(60);
        var slow = Of(policy, "slow.example").ShouldNotBeNull();
        var limits = slow.Limits.ShouldNotBeNull();
        (limits with { Block = null, Warmup = [] }).ShouldBe(new ProviderLimits
        {
            By = BucketOwners.User | BucketOwners.SenderDomain,
            Net4 = 24,
            Net6 = 48,
            Connections = 5,
            MessagesPerConnection = 50,
            ClosesSilently = true,
            RecipientsPerMessage = 100,
            Rate = new Rate(100, TimeSpan.FromMinutes(1)),
            Burst = 200,
            Unknown = 10,
            Warmup = [],
        });
        limits.Warmup.ShouldBe([new Rate(200, TimeSpan.FromHours(1)), new Rate(1_000, TimeSpan.FromDays(1))]);
        var block = limits.Block.ShouldNotBeNull();
        (block with { Reply = null }).ShouldBe(new BlockRule(5, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), 1.5, null));
        Dialog.With("x@slow.example").Wire(block.Reply.ShouldNotBeNull().Reply).ShouldBe("554 5.7.1 blocked");
        slow.Greylist.ShouldBe(new GreylistRule(TimeSpan.FromMinutes(5), TimeSpan.FromHours(12)));
        slow.Delays.ShouldBe(new ProviderDelays(
            new Delay(DelayKind.Fixed, 20), default, default, new Delay(DelayKind.Range, 5, 30), new Delay(DelayKind.LogNormal, 50, 0.5)));
    }

    [Fact]
    public void Domains_joined_by_like_share_a_memory_and_override_key_by_key()
    {
        var policy = PolicyFolder.Snapshot(Provider);
        var (slow, sister) = (Of(policy, "slow.example").ShouldNotBeNull(), Of(policy, "sister.example").ShouldNotBeNull());

        sister.Provider.ShouldBe(slow.Provider);
        policy.EntryName(slow.Provider).ShouldBe("slow.example");
        (sister.Limits! with { Rate = null, Block = null, Warmup = [] }).ShouldBe(slow.Limits! with { Rate = null, Block = null, Warmup = [] }, "all but the rate");
        sister.Limits.Rate.ShouldBe(new Rate(7, TimeSpan.FromSeconds(1)));
        sister.Delays.ShouldBeSameAs(slow.Delays);
        Of(policy, "fast.example").ShouldBeNull();
        Of(policy, "other.example").ShouldBeNull();
    }

    [Fact]
    public void Limits_of_the_default_hold_for_each_domain_by_itself_and_are_kept_once()
    {
        var policy = PolicyFolder.Snapshot("default.limits.rate = \"5/s\"\n[domain.\"a.example\"]\nbounce = 1\n[domain.\"b.example\"]\nlike = \"a.example\"\n");

        var (a, b, other) = (Of(policy, "a.example")!, Of(policy, "b.example")!, Of(policy, "c.example")!);
        (policy.EntryName(a.Provider), policy.EntryName(b.Provider), other.Provider).ShouldBe(("a.example", "a.example", 0));
        b.ShouldBeSameAs(a);
        other.Limits.ShouldBeSameAs(a.Limits);
    }

    [Fact]
    public void Habits_require_tls_unless_the_domain_says_otherwise_and_greet()
    {
        var policy = PolicyFolder.Snapshot(Provider);

        Dialog.With("x@slow.example").Wire(policy).ShouldStartWith("530 ");
        Dialog.With("x@sister.example").Wire(PolicyFolder.Snapshot(Provider + "[default]\ntls = \"optional\"\n")).ShouldBe(string.Empty);
        policy.IdentityAt(IPAddress.Parse("192.0.2.1")).ShouldNotBeNull().Banner.ShouldBe("slow and steady");
    }

    [Theory]
    [InlineData("", "", false, true)]
    [InlineData("behaviour = \"dice\"\n", "", false, true)]
    [InlineData("behaviour = \"provider\"\n", "", true, true)]
    [InlineData("", "behaviour = \"provider\"\n", true, true)]
    [InlineData("behaviour = \"dice\"\n", "behaviour = \"provider\"\n", true, true)]
    [InlineData("behaviour = \"provider\"\n", "behaviour = \"dice\"\n", false, false)]
    [InlineData("", "behaviour = \"dice\"\n", false, false)]
    public void Limits_of_included_files_hold_with_behaviour_provider_alone(string top, string domain, bool included, bool own)
    {
        using var folder = new PolicyFolder($"include = \"more.toml\"\n{top}[domain.\"a.example\"]\n{domain}limits.connections = 3\n");
        folder.Write("more.toml", "[domain.\"a.example\"]\nlimits.rate = \"5/s\"\ngreylist.wait = \"1m\"\nhabits.tls = \"required\"\n");

        var provider = Of(folder.Load().Snapshot.ShouldNotBeNull(), "a.example");

        (provider?.Limits?.Connections == 3, provider?.Limits?.Rate is not null, provider?.Greylist is not null).ShouldBe((own, included, included));
        Dialog.With("x@a.example").Wire(folder.Load().Snapshot!).StartsWith("530 ", StringComparison.Ordinal).ShouldBe(included);
    }

    private static ProviderBehaviour? Of(PolicySnapshot policy, string domain) => policy.Behaviour.IsEmpty ? null : policy.Behaviour.Providers[policy.EntryOf(Encoding.ASCII.GetBytes(domain))];
}
