using System.Diagnostics;
using SmartSink.Behaviour.State;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;

namespace SmartSink.Behaviour.Tests.State;

public sealed class SenderMemoryTests
{
    private static readonly SenderLimits Limits = new(new ProviderLimits { Rate = new Rate(10, TimeSpan.FromMinutes(1)) });

    private readonly StateKeys _keys = new();

    [Fact]
    public void A_key_costs_at_most_100_octets_at_a_million()
    {
        var memory = new SenderMemory(1_000_000);
        for (var i = 0; i < 1_000_000; i++)
        {
            memory.Admit(new SenderKeys(Key(i)), Limits, new SenderTry(1, Joins: false), now: 1);
        }

        memory.Count.ShouldBeGreaterThan(990_000);
        ((double)memory.Size / memory.Count).ShouldBeLessThan(100);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(130)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void Number_bounds_it_whatever_comes(int capacity)
    {
        var memory = new SenderMemory(capacity);
        var clock = Stopwatch.StartNew();
        var keys = 0L;
        for (var i = 0; i < 10_000_000 && (i < 4 * capacity || clock.Elapsed < TimeSpan.FromSeconds(0.7)); i++, keys++)
        {
            memory.Next(Key(i), now: 1);
        }

        memory.Count.ShouldBeLessThanOrEqualTo(capacity);
        memory.Count.ShouldBeGreaterThan(capacity * 9L / 10 - 1);
        memory.Evictions.ShouldBe(keys - memory.Count);
    }

    [Fact]
    public void What_is_still_needed_is_found_whatever_went_beside_it()
    {
        var stripe = new MemoryStripe(64);
        var random = new Random(42);
        var known = new (int Stamp, long Until)[48];
        for (var now = 1; now <= 50_000; now++)
        {
            var number = random.Next(known.Length);
            ref var entry = ref stripe.FindOrAdd(Key(number), now);
            entry.Count.ShouldBe(known[number].Until > now ? known[number].Stamp : 0);
            known[number] = (now, now + random.Next(1, 100));
            (entry.Count, entry.ExpiresAt) = known[number];
        }

        stripe.Count.ShouldBeLessThanOrEqualTo(known.Length);
        stripe.Evictions.ShouldBe(0);
    }

    [Fact]
    public void Owners_that_count_up_are_spread_evenly_whatever_the_secret()
    {
        for (var secret = 0; secret < 200; secret++)
        {
            var keys = new StateKeys();
            var high = new int[64];
            var low = new int[64];
            for (var owner = 0; owner < 6_400; owner++)
            {
                var key = keys.Begin(7).Add(0, (ulong)owner).KeyOf(StateKind.Network);
                high[key.High & 63]++;
                low[key.Low & 63]++;
            }

            // 100 each, with a standard deviation of 10: eight of these away is no chance.
            high.Concat(low).Max().ShouldBeLessThan(180);
        }
    }

    [Fact]
    public void What_is_asked_for_again_and_again_stays()
    {
        var memory = new SenderMemory(10_000);
        for (var i = 0; i < 200_000; i++)
        {
            memory.Next(Key(i + 100), now: 1);
            if (i % 100 == 0)
            {
                for (var kept = 0; kept < 100; kept++)
                {
                    memory.Next(Key(kept), now: 1).ShouldBe(i / 100);
                }
            }
        }
    }

    [Fact]
    public void What_nothing_needs_any_more_makes_room_before_anything_else()
    {
        var memory = new SenderMemory(10_000);
        // No part of the memory is full: chance gives one half as much again at the most.
        for (var i = 0; i < 6_000; i++)
        {
            memory.Admit(new SenderKeys(Key(i)), Limits, new SenderTry(1, Joins: false), now: 1);
        }

        // A token of 10/min is back after 6 seconds.
        for (var i = 6_000; i < 30_000; i++)
        {
            memory.Admit(new SenderKeys(Key(i)), Limits, new SenderTry(1, Joins: false), now: 10_000 + (i * 10L));
        }

        memory.Evictions.ShouldBe(0);
        memory.Count.ShouldBeLessThanOrEqualTo(6_000);
    }

    [Fact]
    public void An_entry_past_its_age_says_nothing()
    {
        var memory = new SenderMemory(1_000);
        for (var i = 0; i < 5; i++)
        {
            memory.Next(Key(1), now: i).ShouldBe(i);
        }

        memory.Next(Key(1), now: SenderLimits.LongMemory + 4).ShouldBe(0);
    }

    [Fact]
    public void Many_threads_take_no_token_twice_and_leave_none()
    {
        var memory = new SenderMemory(10_000);
        var limits = new SenderLimits(new ProviderLimits { By = BucketOwners.Network | BucketOwners.SenderDomain | BucketOwners.User, Rate = new Rate(1_000, TimeSpan.FromHours(1)) });
        var accepted = 0;

        // Each thread has its own order of owners' buckets; the network is the same for all, so it decides.
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                var owners = new SenderKeys(Key(0), networkShares: true, Key(10 + ((i + thread) % 50)), Key(100 + ((i * 7) + thread) % 50));
                if (memory.Admit(owners, limits, new SenderTry(1, Joins: false), now: 1).Limit is null)
                {
                    Interlocked.Increment(ref accepted);
                }
            }
        });

        accepted.ShouldBe(1_000);
        Enumerable.Range(10, 50).Sum(i => 1_000 - memory.Recall(Key(i), limits, now: 1)!.Tokens!.Value).ShouldBe(1_000);
        Enumerable.Range(100, 50).Sum(i => 1_000 - memory.Recall(Key(i), limits, now: 1)!.Tokens!.Value).ShouldBe(1_000);
    }

    [Fact]
    public void Many_threads_get_each_number_of_a_sequence_once()
    {
        var memory = new SenderMemory(10_000);
        var seen = new int[8_000];
        Parallel.For(0, 8_000, _ => Interlocked.Increment(ref seen[memory.Next(Key(1), now: 1)]));

        seen.ShouldAllBe(count => count == 1);
    }

    [Fact]
    public void A_connection_that_ends_twice_or_was_forgotten_counts_once()
    {
        var memory = new SenderMemory(100);
        var limits = new SenderLimits(new ProviderLimits { Connections = 1 });
        var join = new SenderTry(1, Joins: true);
        memory.Admit(new SenderKeys(Key(1), true, null, null), limits, join, 1).Joined.ShouldBeTrue();
        memory.Admit(new SenderKeys(Key(1), true, null, null), limits, join, 1).Limit.ShouldBe(ProviderLimit.Connections);
        for (var i = 2; i < 500; i++)
        {
            memory.Next(Key(i), 1);
        }

        memory.Disconnect(Key(1));
        memory.Admit(new SenderKeys(Key(1), true, null, null), limits, join, 1).Joined.ShouldBeTrue();
        memory.Disconnect(Key(1));
        memory.Disconnect(Key(1));
        memory.Admit(new SenderKeys(Key(1), true, null, null), limits, join, 1).Joined.ShouldBeTrue();
    }

    [Fact]
    public void Blocked_owners_are_counted()
    {
        var memory = new SenderMemory(1_000);
        var limits = new SenderLimits(new ProviderLimits
        {
            Rate = new Rate(1, TimeSpan.FromHours(1)),
            Block = new BlockRule(1, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), 1, null),
        });
        for (var i = 0; i < 30; i++)
        {
            memory.Admit(new SenderKeys(Key(i % 20)), limits, new SenderTry(1, Joins: false), now: 1);
        }

        memory.CountBlocked(now: 2).ShouldBe(10);
        memory.CountBlocked(now: 60_001).ShouldBe(0);
    }

    private StateKey Key(int owner) => _keys.Begin(7).Add(0, (ulong)owner).KeyOf(StateKind.Network);
}
