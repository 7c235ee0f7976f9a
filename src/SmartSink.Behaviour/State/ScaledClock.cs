using SmartSink.Smtp.Replies;

namespace SmartSink.Behaviour.State;

/// <summary>
/// The providers' time: milliseconds since the sink's start, of which <c>time_scale</c> pass in one real millisecond. A new scale applies
/// from the moment at which the first answer under it was asked for, and time continues from there.
/// </summary>
/// <param name="start">When the sink started.</param>
internal sealed class ScaledClock(Moment start)
{
    private readonly Lock _gate = new();
    private volatile Pace _pace = new(Revision: 0, Scale: 1, start.Milliseconds, Scaled: 0);

    /// <summary>When the sink started.</summary>
    public Moment Start => start;

    /// <summary>The providers' time at a moment.</summary>
    public long At(Moment moment) => _pace.At(moment.Milliseconds);

    /// <summary>How long a length of the providers' time takes in real time, in milliseconds; at least 1.</summary>
    public double ToReal(long scaled) => Math.Max(1, scaled / _pace.Scale);

    /// <summary>The providers' time at a moment, by the scale of a revision, unless a later one has already been used.</summary>
    /// <param name="moment">The moment.</param>
    /// <param name="revision">The revision's number, from 1.</param>
    /// <param name="scale">Its time scale.</param>
    public long At(Moment moment, int revision, double scale)
    {
        var pace = _pace;
        return (pace.Revision >= revision ? pace : Rescale(moment, revision, scale)).At(moment.Milliseconds);
    }

    private Pace Rescale(Moment moment, int revision, double scale)
    {
        lock (_gate)
        {
            var pace = _pace;
            if (pace.Revision < revision)
            {
                _pace = pace = pace.Scale == scale
                    ? pace with { Revision = revision }
                    : new Pace(revision, scale, moment.Milliseconds, pace.At(moment.Milliseconds));
            }

            return pace;
        }
    }

    private sealed record Pace(int Revision, double Scale, long Real, long Scaled)
    {
        // Threads read the clock at different moments: one may be a little earlier than the change.
        public long At(long real) => Scale == 1 ? Scaled + real - Real : Scaled + (long)((real - Real) * Scale);
    }
}
