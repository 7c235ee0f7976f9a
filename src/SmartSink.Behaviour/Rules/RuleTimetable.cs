using SmartSink.Policy.Model;
using SmartSink.Smtp.Replies;

namespace SmartSink.Behaviour.Rules;

/// <summary>When a rule is in force, counted from a moment: the sink's start, or when the rule was added.</summary>
/// <param name="time">As configured in the policy.</param>
/// <param name="origin">That moment.</param>
internal sealed class RuleTimetable(RuleTime time, RuleMoment origin)
{
    private static readonly long Day = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    /// <summary>Whether it is always in force.</summary>
    public bool IsAlways { get; } = time is { AfterStart: { } after, For: null } && after <= TimeSpan.Zero;

    /// <summary>Whether it is in force now, and how long that lasts.</summary>
    public RulePhase At(in RuleMoment now)
    {
        if (time.AfterStart is { } after)
        {
            // All in scaled milliseconds.
            var phase = Of(now.Scaled, origin.Scaled + Milliseconds(after), Length(time.For, 1), Length(time.Every, 1));
            return phase.Changes is { } changes ? phase with { Changes = Scaled(changes, now.Scale) } : phase;
        }

        var (first, every) = time switch
        {
            { At: { } once } => (once.ToUnixTimeMilliseconds(), 0),

            // A period that began yesterday may last into today.
            { Every: null } => (Midnight(origin) - Day + Milliseconds(time.TimeOfDay!.Value.ToTimeSpan()), Day),
            _ => (Midnight(origin) + Milliseconds(time.TimeOfDay!.Value.ToTimeSpan()), 0),
        };
        return Of(now.Now.Utc.ToUnixTimeMilliseconds(), first, Length(time.For, now.Scale), every > 0 ? every : Length(time.Every, now.Scale));
    }

    /// <summary>All times are in milliseconds of the same kind; 0 for no length and no period.</summary>
    private static RulePhase Of(long now, long first, long length, long period)
    {
        if (now < first)
        {
            return new RulePhase(Holds: false, first - now);
        }

        var begun = period == 0 ? now - first : (now - first) % period;
        if (length == 0)
        {
            return new RulePhase(Holds: true, null);
        }

        return begun < length
            ? new RulePhase(Holds: true, length - begun)
            : new RulePhase(Holds: false, period == 0 ? null : period - begun);
    }

    private static long Midnight(in RuleMoment origin) => origin.Now.Utc.ToUnixTimeMilliseconds() / Day * Day;

    private static long Length(TimeSpan? span, double scale) => span is { } given ? Math.Max(1, Scaled(Milliseconds(given), scale)) : 0;

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;

    // Rounded up, so that the change has come by the end of it.
    private static long Scaled(long milliseconds, double scale) => (long)Math.Ceiling(Math.Min(milliseconds / scale, long.MaxValue / 4));
}

/// <summary>The state of a timetable at a moment.</summary>
/// <param name="Holds">Whether the rule is in force.</param>
/// <param name="Changes">Milliseconds of the real clock until that changes, at least 1; null for never.</param>
internal readonly record struct RulePhase(bool Holds, long? Changes);

/// <summary>A moment, in real time and in the providers' time.</summary>
/// <param name="Now">The moment as the transport saw it.</param>
/// <param name="Scaled">Milliseconds of the providers' own time since the sink's start.</param>
/// <param name="Scale">How many of these pass in a real millisecond; more than 0.</param>
internal readonly record struct RuleMoment(Moment Now, long Scaled, double Scale);
