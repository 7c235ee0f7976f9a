using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;

namespace SmartSink.Behaviour.Tests.Limits;

public sealed class RateTests
{
    private static readonly ProviderLimits HundredAMinute = new() { Rate = new Rate(100, TimeSpan.FromMinutes(1)) };

    [Fact]
    public void A_bucket_gives_its_burst_at_once_and_then_as_the_time_goes()
    {
        var host = new BehaviourHost(HundredAMinute with { Burst = 20 });

        host.Accepted(30).ShouldBe(20);
        host.Advance(TimeSpan.FromMilliseconds(599));
        host.Rcpt().ShouldBe(451);
        host.Advance(TimeSpan.FromMilliseconds(1));
        host.Rcpt().ShouldBe(250);
        host.Rcpt().ShouldBe(451);
        host.Advance(TimeSpan.FromSeconds(6));
        host.Accepted(20).ShouldBe(10);
        host.Advance(TimeSpan.FromDays(400));
        host.Accepted(30).ShouldBe(20);
    }

    [Fact]
    public void Without_a_burst_the_bucket_holds_what_the_rate_gives_in_its_time() => new BehaviourHost(HundredAMinute).Accepted(150).ShouldBe(100);

    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(3, 1_000)]
    [InlineData(7, 60_000)]
    [InlineData(1_000_000, 86_400_000)]
    public void Over_a_long_time_exactly_the_rate_goes_through(int count, int perMilliseconds)
    {
        var host = new BehaviourHost(new ProviderLimits { Rate = new Rate(count, TimeSpan.FromMilliseconds(perMilliseconds)), Burst = 2 });
        var step = Math.Max(1, perMilliseconds / count / 3);
        var (accepted, begin) = (0L, host.Milliseconds);
        var length = 100L * perMilliseconds / count;
        for (; host.Milliseconds - begin <= length; host.Milliseconds += step)
        {
            while (host.Rcpt() == 250)
            {
                accepted++;
            }
        }

        accepted.ShouldBe(2 + ((host.Milliseconds - step - begin) * count / perMilliseconds));
    }

    [Fact]
    public void Time_scale_makes_an_hour_pass_in_a_minute()
    {
        var host = new BehaviourHost(new ProviderLimits { Rate = new Rate(60, TimeSpan.FromHours(1)), Burst = 1 }, scale: 60);

        host.Accepted(2).ShouldBe(1);
        host.Advance(TimeSpan.FromSeconds(1));
        host.Accepted(2).ShouldBe(1);
        host.Advance(TimeSpan.FromMilliseconds(999));
        host.Accepted(2).ShouldBe(0);
    }

    [Fact]
    public void A_new_scale_goes_on_from_the_moment_at_which_it_came()
    {
        var limits = new ProviderLimits { Rate = new Rate(1, TimeSpan.FromHours(1)) };
        var host = new BehaviourHost(limits, scale: 60);
        host.Rcpt().ShouldBe(250);
        host.Advance(TimeSpan.FromSeconds(30));
        host.Load("[domain.\"gmail.com\"]\n", limits, scale: 1);

        host.Rcpt().ShouldBe(451);
        host.Advance(TimeSpan.FromMinutes(29));
        host.Rcpt().ShouldBe(451);
        host.Advance(TimeSpan.FromMinutes(1));
        host.Rcpt().ShouldBe(250);
    }

    [Fact]
    public void A_clock_that_stands_still_or_goes_back_gives_nothing_and_takes_nothing()
    {
        var host = new BehaviourHost(HundredAMinute with { Burst = 2 });
        host.Accepted(5).ShouldBe(2);
        host.Milliseconds -= 900;
        host.Accepted(5).ShouldBe(0);
        host.Advance(TimeSpan.FromMilliseconds(600));
        host.Accepted(5).ShouldBe(1);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.8", 32, 64, false)]
    [InlineData("192.0.2.7", "192.0.2.8", 24, 64, true)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", 32, 64, true)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.8", 32, 64, false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", 32, 64, true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", 32, 64, false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", 32, 48, true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2::2", 32, 128, false)]
    [InlineData("2001:db8:1:2::1", "fe80::1", 32, 0, true)]
    [InlineData("192.0.2.7", "198.51.100.1", 0, 64, true)]
    [InlineData("192.0.2.7", "2001:db8::1", 0, 0, false)]
    public void Clients_share_a_bucket_by_network(string first, string second, int net4, int net6, bool share)
    {
        var host = new BehaviourHost(new ProviderLimits { Rate = new Rate(1, TimeSpan.FromMinutes(1)), Net4 = net4, Net6 = net6 });

        host.Rcpt(client: first).ShouldBe(250);
        host.Rcpt(client: second).ShouldBe(share ? 451 : 250);
    }

    [Fact]
    public void Of_several_owners_the_strictest_decides_and_a_refusal_takes_from_none()
    {
        var host = new BehaviourHost(new ProviderLimits
        {
            By = BucketOwners.Network | BucketOwners.SenderDomain | BucketOwners.User,
            Rate = new Rate(10, TimeSpan.FromMinutes(1)),
        });

        // The domain's bucket is emptied from elsewhere.
        host.Accepted(20, client: "198.51.100.1", user: "other").ShouldBe(10);
        host.Accepted(20, user: "me").ShouldBe(0);

        // Neither the network nor the user has lost a token by it.
        host.Accepted(20, sender: "a@Second.Example", user: "me").ShouldBe(10);
        host.Accepted(20, sender: "a@third.example", user: "me").ShouldBe(0);
        host.Accepted(20, sender: "a@third.example", client: "203.0.113.1", user: "me").ShouldBe(0);
        host.Accepted(20, sender: "a@SECOND.example", client: "203.0.113.1", user: "you").ShouldBe(0);
        host.Accepted(20, sender: "a@third.example", client: "203.0.113.1", user: "you").ShouldBe(10);
    }

    [Theory]
    [InlineData(BucketOwners.SenderDomain)]
    [InlineData(BucketOwners.User)]
    [InlineData(BucketOwners.SenderDomain | BucketOwners.User)]
    public void Who_has_neither_sender_nor_user_counts_by_network(object by)
    {
        var host = new BehaviourHost(new ProviderLimits { By = (BucketOwners)by, Rate = new Rate(2, TimeSpan.FromMinutes(1)) });

        host.Accepted(5, sender: string.Empty).ShouldBe(2);
        host.Accepted(5, sender: string.Empty, client: "192.0.2.8").ShouldBe(2);
    }

    [Fact]
    public void A_named_owner_alone_leaves_the_network_out()
    {
        var host = new BehaviourHost(new ProviderLimits { By = BucketOwners.SenderDomain, Rate = new Rate(2, TimeSpan.FromMinutes(1)) });

        host.Accepted(5, sender: "a@one.example").ShouldBe(2);
        host.Accepted(5, sender: "a@two.example").ShouldBe(2);
        host.Accepted(5, sender: "b@one.example", client: "192.0.2.8").ShouldBe(0);
    }

    [Fact]
    public void Long_senders_differ_by_their_last_letter()
    {
        var host = new BehaviourHost(new ProviderLimits { By = BucketOwners.SenderDomain, Rate = new Rate(1, TimeSpan.FromMinutes(1)) });
        for (var length = 1; length < 70; length++)
        {
            var domain = new string('a', length);
            host.Rcpt(sender: $"x@{domain}b").ShouldBe(250);
            host.Rcpt(sender: $"x@{domain}c").ShouldBe(250);
            host.Rcpt(sender: $"x@{domain.ToUpperInvariant()}B").ShouldBe(451);
        }
    }

    [Fact]
    public void Domains_joined_by_like_share_and_others_do_not()
    {
        var host = new BehaviourHost();
        const string Policy = "[domain.\"yahoo.com\"]\n[domain.\"aol.com\"]\n[domain.\"gmail.com\"]\n";
        host.Load(Policy, HundredAMinute with { Burst = 4 }, joined: 1);
        (host.Accepted(3, "a@yahoo.com"), host.Accepted(3, "a@aol.com")).ShouldBe((3, 1));

        host.Load(Policy, HundredAMinute with { Burst = 4 });
        (host.Accepted(9, "a@aol.com"), host.Accepted(9, "a@gmail.com")).ShouldBe((4, 4));
    }

    [Fact]
    public void Domains_that_no_entry_names_are_providers_each_by_itself()
    {
        var host = new BehaviourHost(HundredAMinute with { Burst = 2 });

        (host.Accepted(5, "a@one.example"), host.Accepted(5, "a@two.example")).ShouldBe((2, 2));
    }

    [Fact]
    public void A_reload_keeps_what_is_remembered_even_when_entries_move()
    {
        var host = new BehaviourHost(HundredAMinute with { Burst = 4 });
        host.Accepted(4).ShouldBe(4);
        host.Load("[domain.\"aaa.example\"]\n[domain.\"gmail.com\"]\n", HundredAMinute with { Burst = 4 });

        host.Accepted(5).ShouldBe(0);
        host.Accepted(5, "a@aaa.example").ShouldBe(4);
    }

    [Fact]
    public void A_trigger_takes_its_token_and_is_answered_all_the_same()
    {
        var host = new BehaviourHost(HundredAMinute with { Burst = 3 });

        host.Rcpt("450-busy@gmail.com").ShouldBe(450);
        host.Rcpt("250-ok@gmail.com").ShouldBe(250);
        host.Accepted(5).ShouldBe(1);
        host.Rcpt("250-ok@gmail.com").ShouldBe(250);
        host.Rcpt("550-gone@gmail.com").ShouldBe(550);
    }

    [Fact]
    public void Who_counts_is_told_which_limit_refused()
    {
        var record = new BehaviourRecord();
        var host = new BehaviourHost(HundredAMinute with { Burst = 1 }, observer: record);
        host.Accepted(3);

        record.Lines.ShouldBe(["gmail.com Rate", "gmail.com Rate"]);
    }
}
