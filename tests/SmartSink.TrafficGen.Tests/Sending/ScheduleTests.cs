using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

public sealed class ScheduleTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void A_constant_rate_spaces_messages_evenly()
    {
        var profile = new RateProfile([new RateStage(10, 10, TimeSpan.FromSeconds(2))], 5 * Second, Second);

        (profile.DueTime(0), profile.DueTime(1), profile.DueTime(19)).ShouldBe((5 * Second, (5 * Second) + 100_000, (5 * Second) + 1_900_000));
        profile.DueTime(20).ShouldBe(long.MaxValue);
    }

    [Fact]
    public void A_ramp_sends_as_many_messages_as_the_area_below_it()
    {
        var profile = new RateProfile([new RateStage(0, 100, TimeSpan.FromSeconds(10)), new RateStage(100, 100, TimeSpan.FromSeconds(1))], 0, Second);

        // 500 messages in ten seconds, a quarter of them in the first five.
        profile.DueTime(125).ShouldBeInRange((5 * Second) - 10, (5 * Second) + 10);
        profile.DueTime(500).ShouldBe(10 * Second);
        profile.DueTime(600).ShouldBe(long.MaxValue);
    }

    [Fact]
    public void A_profile_tells_how_many_messages_were_due()
    {
        var profile = new RateProfile([new RateStage(0, 100, TimeSpan.FromSeconds(10)), new RateStage(100, 100, TimeSpan.FromSeconds(1))], Second, Second);

        (profile.DueBefore(0), profile.DueBefore(Second), profile.DueBefore(6 * Second)).ShouldBe((0, 0, 125));
        (profile.DueBefore(11 * Second), profile.DueBefore((11 * Second) + 500_000), profile.DueBefore(long.MaxValue)).ShouldBe((500, 550, 600));
    }

    [Fact]
    public void A_throttle_lets_its_burst_go_and_then_keeps_the_rate()
    {
        var gate = new ThrottleGate(new Throttle(10, TimeSpan.FromSeconds(1), 2), Second);

        (gate.Reserve(Second), gate.Reserve(Second), gate.Reserve(Second), gate.Reserve(Second)).ShouldBe((Second, Second, Second + 100_000, Second + 200_000));
        gate.Reserve(10 * Second).ShouldBe(10 * Second);
    }

    [Fact]
    public void Count_and_duration_and_a_stop_end_it()
    {
        var schedule = new Schedule(new TrafficOptions { MessageCount = 2, Duration = null }, TimeProvider.System);
        schedule.TryTake(0, out _).ShouldBeTrue();
        schedule.TryTake(long.MaxValue - 1, out var second).ShouldBeTrue();
        second.Number.ShouldBe(1);
        schedule.TryTake(0, out _).ShouldBeFalse();

        var timed = new Schedule(new TrafficOptions { Duration = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        timed.TryTake(timed.Deadline - 1, out _).ShouldBeTrue();
        timed.TryTake(timed.Deadline, out _).ShouldBeFalse();

        var stopped = new Schedule(new TrafficOptions(), TimeProvider.System);
        stopped.Stop();
        stopped.TryTake(0, out _).ShouldBeFalse();
    }
}
