using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;

namespace SmartSink.Behaviour.Tests.Limits;

public sealed class WarmupTests
{
    private static readonly ProviderLimits Curve = new()
    {
        By = BucketOwners.SenderDomain,
        Warmup = [new Rate(20, TimeSpan.FromHours(1)), new Rate(50, TimeSpan.FromHours(1)), new Rate(100, TimeSpan.FromDays(1))],
    };

    [Fact]
    public void A_new_network_may_send_more_from_period_to_period()
    {
        var host = new BehaviourHost(Curve);

        host.Accepted(200).ShouldBe(20);
        host.Advance(TimeSpan.FromHours(1));
        host.Accepted(200).ShouldBe(50);
        host.Advance(TimeSpan.FromMinutes(59));
        host.Accepted(200).ShouldBe(0);
        host.Advance(TimeSpan.FromMinutes(1));
        host.Accepted(200).ShouldBe(100);
        host.Advance(TimeSpan.FromHours(24));
        host.Accepted(2_000).ShouldBe(2_000);
    }

    [Fact]
    public void A_period_without_mail_is_over_all_the_same()
    {
        var host = new BehaviourHost(Curve);
        host.Rcpt();
        host.Advance(TimeSpan.FromHours(2));
        host.Accepted(200).ShouldBe(100);
    }

    [Fact]
    public void A_network_is_new_again_after_30_days()
    {
        var host = new BehaviourHost(Curve);
        host.Rcpt();
        host.Advance(TimeSpan.FromDays(29));
        host.Accepted(2_000).ShouldBe(2_000);
        host.Advance(TimeSpan.FromDays(30));
        host.Accepted(2_000).ShouldBe(20);
    }

    [Fact]
    public void It_belongs_to_the_network_whatever_else_has_a_bucket()
    {
        var host = new BehaviourHost(Curve);
        host.Accepted(20, sender: "a@one.example").ShouldBe(20);
        host.Rcpt(sender: "a@two.example").ShouldBe(451);
        host.Rcpt(client: "192.0.2.8").ShouldBe(250);
    }
}
