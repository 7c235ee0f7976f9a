using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <summary>
/// When each message of an open loop is due: where the area under the rate over time reaches its number. So no message waits for
/// another's reply, and how late it goes is part of its latency.
/// </summary>
internal sealed class RateProfile
{
    private readonly IReadOnlyList<RateStage> _stages;
    private readonly double[] _upTo;
    private readonly long _start;
    private readonly long _frequency;

    /// <summary>Prepares a profile.</summary>
    /// <param name="stages">Its parts in order, at least one.</param>
    /// <param name="start">The time stamp at which it begins.</param>
    /// <param name="frequency">Time stamps in a second.</param>
    public RateProfile(IReadOnlyList<RateStage> stages, long start, long frequency)
    {
        var sum = 0.0;
        _stages = stages;
        _upTo = [.. stages.Select(stage => sum += (stage.From + stage.To) / 2 * stage.Duration.TotalSeconds)];
        _start = start;
        _frequency = frequency;
    }

    /// <summary>The time stamp at which a message is due; <see cref="long.MaxValue"/> after the profile's end.</summary>
    public long DueTime(long number)
    {
        var seconds = 0.0;
        var before = 0.0;
        for (var index = 0; index < _stages.Count; index++)
        {
            var stage = _stages[index];
            if (number < _upTo[index])
            {
                return _start + (long)((seconds + Within(stage, number - before)) * _frequency);
            }

            seconds += stage.Duration.TotalSeconds;
            before = _upTo[index];
        }

        return long.MaxValue;
    }

    /// <summary>How many messages are due before a time stamp.</summary>
    public long DueBefore(long time)
    {
        var left = (double)(time - _start) / _frequency;
        var messages = 0.0;
        foreach (var stage in _stages)
        {
            var seconds = Math.Clamp(left, 0, stage.Duration.TotalSeconds);
            messages += seconds * (stage.From + ((stage.To - stage.From) / stage.Duration.TotalSeconds * seconds / 2));
            left -= seconds;
        }

        return (long)Math.Ceiling(messages);
    }

    // Solves from·t + (to - from)/(2·duration)·t² = messages for t, in the form that holds for a constant rate too.
    private static double Within(RateStage stage, double messages)
    {
        var slope = (stage.To - stage.From) / stage.Duration.TotalSeconds;
        var root = Math.Sqrt(Math.Max((stage.From * stage.From) + (2 * slope * messages), 0));
        var sum = stage.From + root;
        return sum > 0 ? 2 * messages / sum : 0;
    }
}
