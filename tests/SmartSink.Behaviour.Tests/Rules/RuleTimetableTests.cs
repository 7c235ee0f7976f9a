using System.Globalization;
using SmartSink.Behaviour.Rules;

using SmartSink.Policy.Model;
using SmartSink.Smtp.Replies;

namespace SmartSink.Behaviour.Tests.Rules;

/// <summary>The sink starts at 2026-03-07 10:00 UTC. Times are "H:MM:SS" after that; changes are minutes of the clock.</summary>
public sealed class RuleTimetableTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 7, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0:00:00", false, 10.0)]
    [InlineData("0:09:59.999", false, 1 / 60_000.0)]
    [InlineData("0:10:00", true, 5.0)]
    [InlineData("0:14:59", true, 1 / 60.0)]
    [InlineData("0:15:00", false, null)]
    [InlineData("48:00:00", false, null)]
    public void Ten_minutes_after_the_start_for_five(string after, bool holds, double? changes) =>
        Check(AfterStart("0:10:00", "0:05:00"), after, holds, changes);

    [Theory]
    [InlineData("0:09:00", false, 1.0)]
    [InlineData("0:10:00", true, 5.0)]
    [InlineData("0:15:00", false, 55.0)]
    [InlineData("1:10:00", true, 5.0)]
    [InlineData("240:12:00", true, 3.0)]
    public void Again_every_hour(string after, bool holds, double? changes) =>
        Check(AfterStart("0:10:00", "0:05:00", "1:00:00"), after, holds, changes);

    [Theory]
    [InlineData("0:00:09", false, 1 / 60.0)]
    [InlineData("0:00:10", true, 5 / 60.0)]
    [InlineData("0:00:15", false, 55 / 60.0)]
    [InlineData("0:01:10", true, 5 / 60.0)]
    public void A_scaled_hour_passes_in_a_minute(string after, bool holds, double? changes) =>
        Check(AfterStart("0:10:00", "0:05:00", "1:00:00"), after, holds, changes, scale: 60);

    [Theory]
    [InlineData("0:00:00", false, 270.0)]
    [InlineData("4:30:00", true, 60.0)]
    [InlineData("5:30:00", false, 1380.0)]
    [InlineData("28:30:00", true, 60.0)]
    public void At_a_time_of_day_in_UTC_each_day(string after, bool holds, double? changes) =>
        Check(new RuleTime(null, new TimeOnly(14, 30), null, TimeSpan.FromHours(1), null), after, holds, changes);

    [Theory]
    [InlineData("0:00:00", true, 60.0)]
    [InlineData("1:00:00", false, 1020.0)]
    [InlineData("18:00:00", true, 420.0)]
    public void One_that_began_yesterday_goes_on(string after, bool holds, double? changes) =>
        Check(new RuleTime(null, new TimeOnly(4, 0), null, TimeSpan.FromHours(7), null), after, holds, changes);

    [Theory]
    [InlineData("4:29:00", false, 1.0)]
    [InlineData("4:30:00", true, 0.5)]
    [InlineData("4:30:30", false, 0.5)]
    [InlineData("4:31:00", true, 0.5)]
    public void A_time_of_day_is_not_scaled_but_what_is_counted_from_it_is(string after, bool holds, double? changes) =>
        Check(new RuleTime(null, new TimeOnly(14, 30), null, TimeSpan.FromMinutes(30), TimeSpan.FromHours(1)), after, holds, changes, scale: 60);

    [Theory]
    [InlineData("0:00:00", false, 90.0)]
    [InlineData("1:30:00", true, 10.0)]
    [InlineData("1:40:00", false, null)]
    public void At_a_moment_of_the_calendar_once(string after, bool holds, double? changes) =>
        Check(new RuleTime(null, null, Start + TimeSpan.FromMinutes(90), TimeSpan.FromMinutes(10), null), after, holds, changes);

    [Fact]
    public void One_before_the_start_holds_on()
    {
        Check(new RuleTime(null, null, Start - TimeSpan.FromDays(1), null, null), "0:00:00", holds: true, changes: null);
        Check(new RuleTime(null, null, Start - TimeSpan.FromDays(1), TimeSpan.FromHours(2), TimeSpan.FromHours(23)), "0:00:00", holds: true, changes: 60);
    }

    [Fact]
    public void One_without_a_time_holds_always()
    {
        new RuleTimetable(RuleTime.Always, Origin(1)).IsAlways.ShouldBeTrue();
        Check(RuleTime.Always, "0:00:00", holds: true, changes: null);
    }

    [Fact]
    public void One_whose_next_turn_begins_as_the_last_one_ends_never_stops() =>
        Check(AfterStart("0:00:00", "1:00:00", "1:00:00"), "1:00:00", holds: true, changes: 60);

    private static void Check(RuleTime time, string after, bool holds, double? changes, double scale = 1)
    {
        var passed = Span(after);
        var now = new RuleMoment(new Moment(7_000 + (long)passed.TotalMilliseconds, Start + passed), (long)(passed.TotalMilliseconds * scale), scale);

        var phase = new RuleTimetable(time, Origin(scale)).At(now);

        phase.ShouldBe(new RulePhase(holds, changes is { } minutes ? (long)Math.Round(minutes * 60_000) : null));
    }

    private static RuleTime AfterStart(string at, string length, string? every = null) =>
        new(Span(at), null, null, Span(length), every is null ? null : Span(every));

    private static RuleMoment Origin(double scale) => new(new Moment(7_000, Start), 0, scale);

    private static TimeSpan Span(string text)
    {
        var parts = text.Split(':');
        return TimeSpan.FromHours(int.Parse(parts[0], CultureInfo.InvariantCulture))
            + TimeSpan.FromMinutes(int.Parse(parts[1], CultureInfo.InvariantCulture))
            + TimeSpan.FromSeconds(double.Parse(parts[2], CultureInfo.InvariantCulture));
    }
}
