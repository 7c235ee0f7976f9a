using SmartSink.Resting;
using SmartSink.Testing.Time;

namespace SmartSink.Tests.Resting;

public sealed class RestWatchTests
{
    /// <summary>How often in a hundred looks: at the first, the second, the fourth, and so on.</summary>
    private const int InAHundred = 7;

    private readonly ManualTimeProvider _clock = new();
    private TimeSpan _used;
    private int _given;

    [Fact]
    public void Memory_is_given_back_ever_more_seldom()
    {
        using var watch = Watch();

        for (var looks = 0; looks < 100; looks++)
        {
            Pass(RestWatch.Idling);
        }

        _given.ShouldBe(InAHundred);
    }

    [Fact]
    public void Nothing_is_given_back_while_there_is_work()
    {
        using var watch = Watch();

        for (var looks = 0; looks < 100; looks++)
        {
            Pass(RestWatch.Idling + TimeSpan.FromMilliseconds(1));
        }

        _given.ShouldBe(0);
    }

    [Fact]
    public void Work_in_between_asks_for_it_anew()
    {
        using var watch = Watch();
        Pass(TimeSpan.Zero);
        Pass(RestWatch.Period);
        _given.ShouldBe(1);

        for (var looks = 0; looks < 100; looks++)
        {
            Pass(TimeSpan.Zero);
        }

        _given.ShouldBe(1 + InAHundred);
    }

    [Fact]
    public void What_giving_back_takes_is_no_work()
    {
        using var watch = new RestWatch(
            () => _used,
            () =>
            {
                _given++;
                _used += RestWatch.Period;
            },
            _clock);

        for (var looks = 0; looks < 100; looks++)
        {
            Pass(TimeSpan.Zero);
        }

        _given.ShouldBe(InAHundred);
    }

    private RestWatch Watch() => new(() => _used, () => _given++, _clock);

    private void Pass(TimeSpan used)
    {
        _used += used;
        _clock.Advance(RestWatch.Period);
    }
}
