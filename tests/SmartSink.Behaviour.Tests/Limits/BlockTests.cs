using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;

namespace SmartSink.Behaviour.Tests.Limits;

public sealed class BlockTests
{
    private static readonly PolicyReply Blocked = new(ReplyFactory.Create(554, "5.7.1 blocked"), Stage.Rcpt);

    private static readonly ProviderLimits Limits = new()
    {
        Rate = new Rate(60, TimeSpan.FromMinutes(1)),
        Burst = 1,
        Block = new BlockRule(After: 3, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), Grow: 2, Blocked),
    };

    [Fact]
    public void So_many_throttled_in_a_time_bring_a_block()
    {
        var host = new BehaviourHost(Limits);

        Codes(host, 6).ShouldBe([250, 451, 451, 451, 554, 554]);
        host.Advance(TimeSpan.FromMilliseconds(599_999));
        host.Rcpt().ShouldBe(554);
        host.Advance(TimeSpan.FromMilliseconds(1));
        host.Rcpt().ShouldBe(250);
    }

    [Fact]
    public void Throttled_recipients_of_different_times_do_not_add_up()
    {
        var host = new BehaviourHost(Limits);
        for (var minute = 0; minute < 20; minute++)
        {
            Codes(host, 3).ShouldBe([250, 451, 451]);
            host.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public void Each_further_block_is_longer_and_quiet_takes_it_back()
    {
        var host = new BehaviourHost(Limits);
        Length(host).ShouldBe(TimeSpan.FromMinutes(10));
        Length(host).ShouldBe(TimeSpan.FromMinutes(20));
        Length(host).ShouldBe(TimeSpan.FromMinutes(40));

        // The last lasted 40 minutes: as long without one is a step back, and the next step takes 20 more.
        host.Advance(TimeSpan.FromMinutes(40));
        Length(host).ShouldBe(TimeSpan.FromMinutes(40));
        host.Advance(TimeSpan.FromMinutes(60));
        Length(host).ShouldBe(TimeSpan.FromMinutes(20));
        host.Advance(TimeSpan.FromDays(1));
        Length(host).ShouldBe(TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void A_block_that_does_not_grow_stays_as_it_is_and_one_that_does_ends_at_30_days()
    {
        var host = new BehaviourHost(Limits with { Block = Limits.Block! with { Grow = 1 } });
        Enumerable.Range(0, 4).Select(_ => Length(host)).ShouldAllBe(length => length == TimeSpan.FromMinutes(10));

        host = new BehaviourHost(Limits with { Block = Limits.Block! with { Grow = 1_000 } });
        Length(host).ShouldBe(TimeSpan.FromMinutes(10));
        Length(host).ShouldBe(TimeSpan.FromMinutes(10_000));
        Length(host).ShouldBe(TimeSpan.FromDays(30));
        Length(host).ShouldBe(TimeSpan.FromDays(30));
    }

    [Fact]
    public void A_block_holds_for_its_network_at_its_provider()
    {
        var host = new BehaviourHost(Limits);
        Codes(host, 5);

        host.Rcpt(client: "192.0.2.8").ShouldBe(250);
        host.Rcpt("someone@other.example").ShouldBe(250);
        host.Rcpt().ShouldBe(554);
    }

    [Fact]
    public void Too_many_unknown_recipients_bring_a_block_from_100_on()
    {
        var host = new BehaviourHost(new ProviderLimits { Unknown = 10, Block = Limits.Block! with { Grow = 2 } }, policy: "[domain.\"gmail.com\"]\n");
        for (var i = 0; i < 50; i++)
        {
            host.Rcpt("550-unknown@gmail.com").ShouldBe(550);
        }

        host.Accepted(50).ShouldBe(50);

        // 50 of 100 now.
        host.Rcpt().ShouldBe(554);
        host.Advance(TimeSpan.FromMinutes(9));
        host.Rcpt().ShouldBe(554);
        host.Advance(TimeSpan.FromMinutes(1));

        // And it is counted anew.
        host.Accepted(99).ShouldBe(99);
    }

    [Fact]
    public void A_share_is_that_of_about_the_last_thousand()
    {
        var host = new BehaviourHost(new ProviderLimits { Unknown = 10 });
        host.Accepted(900).ShouldBe(900);
        for (var i = 0; i < 90; i++)
        {
            host.Rcpt("550-unknown@gmail.com").ShouldBe(550);
        }

        // 90 of 990, then 45 of 500, 49 of 504, ... 51 of 506.
        host.Accepted(10).ShouldBe(10);
        for (var i = 0; i < 6; i++)
        {
            host.Rcpt("550-unknown@gmail.com").ShouldBe(550);
        }

        host.Rcpt().ShouldBe(451);
        host.Rcpt().ShouldBe(451);
        host.Advance(TimeSpan.FromMinutes(10));
        host.Rcpt().ShouldBe(250);
    }

    [Fact]
    public void A_share_at_its_limit_is_not_over_it()
    {
        var host = new BehaviourHost(new ProviderLimits { Unknown = 10 });
        for (var i = 0; i < 100; i++)
        {
            host.Rcpt(i % 10 == 0 ? "550-unknown@gmail.com" : "someone@gmail.com");
        }

        host.Rcpt().ShouldBe(250);
    }

    private static int[] Codes(BehaviourHost host, int recipients) => [.. Enumerable.Range(0, recipients).Select(_ => host.Rcpt())];

    // Gets blocked, and waits for the end of it: by seconds, and at last to the millisecond.
    private static TimeSpan Length(BehaviourHost host)
    {
        while (host.Rcpt() != 554)
        {
        }

        var begin = host.Milliseconds;
        var step = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;
        while (host.Rcpt() == 554)
        {
            host.Milliseconds += step;
        }

        return TimeSpan.FromMilliseconds(host.Milliseconds - begin);
    }
}
