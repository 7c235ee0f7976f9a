using SmartSink.Events;

namespace SmartSink.Tests.Events;

/// <summary>Which events of a second are told.</summary>
public sealed class EventBudgetTests
{
    private readonly EventBudget _budget = new(3);
    private long _now = 10_000;

    [Fact]
    public void All_of_them_up_to_the_limit_whatever_their_kind()
    {
        Second(600, 300, 100).ShouldBe([600, 300, 100]);
        Second(0, 1000, 0).ShouldBe([0, 1000, 0]);
        Second(1000, 0, 0).ShouldBe([1000, 0, 0]);
        _budget.LeftOut.ShouldBe(0);
    }

    [Fact]
    public void At_the_beginning_of_a_load_each_kind_has_its_floor()
    {
        var told = Second(30, 60_000, 60);
        told[0].ShouldBe(30);
        told[1].ShouldBeInRange(EventBudget.PerSecond - 10, EventBudget.PerSecond);
        told[2].ShouldBe(EventBudget.Floor);
    }

    [Fact]
    public void While_it_lasts_the_kinds_share_equally_and_what_one_leaves_is_the_others()
    {
        Second(100, 60_000, 6_000);
        var told = Second(100, 60_000, 6_000);
        told[0].ShouldBe(100);
        told[1].ShouldBeInRange(420, 450);
        told[2].ShouldBeInRange(420, 450);
        told.Sum().ShouldBeLessThanOrEqualTo(EventBudget.PerSecond);
    }

    [Fact]
    public void What_is_told_is_spread_over_the_second()
    {
        Second(0, 50_000, 0);
        _budget.Turn(_now);
        var told = Enumerable.Range(0, 50_000).Where(_ => _budget.Take(1)).ToList();
        told.Count.ShouldBeInRange(990, 1000);
        told.Zip(told.Skip(1), (one, next) => next - one).ShouldAllBe(gap => gap == 50);
    }

    [Fact]
    public void After_a_quiet_second_nothing_is_left_out()
    {
        Second(0, 50_000, 0);
        _now += 1000;
        Second(0, 500, 0).ShouldBe([0, 500, 0]);
    }

    [Fact]
    public void Every_event_is_told_or_counted_whatever_threads_do()
    {
        const int Threads = 4;
        const int Each = 50_000;
        var (taken, told) = (0L, 0L);
        Parallel.For(0, Threads, _ =>
        {
            for (var i = 0; i < Each; i++)
            {
                var now = i / 10L;
                if (_budget.IsOver(now))
                {
                    Interlocked.Add(ref told, _budget.Turn(now));
                }

                if (_budget.Take(i % 3))
                {
                    Interlocked.Increment(ref taken);
                }
            }
        });
        (taken + _budget.LeftOut).ShouldBe(Threads * Each);
        (told + _budget.Turn(1_000_000)).ShouldBe(_budget.LeftOut);
    }

    // How many of each kind are told, which come by turns as their numbers are.
    private int[] Second(params int[] offered)
    {
        _budget.Turn(_now);
        var taken = new int[offered.Length];
        var most = offered.Max();
        for (var step = 0; step < most; step++)
        {
            for (var kind = 0; kind < offered.Length; kind++)
            {
                if ((long)(step + 1) * offered[kind] / most > (long)step * offered[kind] / most && _budget.Take(kind))
                {
                    taken[kind]++;
                }
            }
        }

        _now += 1000;
        return taken;
    }
}
