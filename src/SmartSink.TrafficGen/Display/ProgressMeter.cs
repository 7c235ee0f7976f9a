using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Reporting;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Display;

internal sealed class ProgressMeter
{
    private readonly TrafficOptions _options;
    private readonly TrafficRecorder _recorder;
    private readonly TimeProvider _time;
    private readonly long _begin;
    private TimeSpan _lastElapsed;
    private long _lastAccepted;

    public ProgressMeter(TrafficOptions options, TrafficRecorder recorder, TimeProvider time)
    {
        _options = options;
        _recorder = recorder;
        _time = time;
        _begin = time.GetTimestamp();
    }

    public ProgressSample Take()
    {
        var elapsed = _time.GetElapsedTime(_begin);
        var counts = _recorder.ReadCounts();
        var latency = _recorder.ReadLatency(TrafficStage.Transaction);
        var since = (elapsed - _lastElapsed).TotalSeconds;
        var sample = new ProgressSample(
            elapsed,
            since > 0 ? (counts.Accepted - _lastAccepted) / since : 0,
            counts.Accepted,
            counts.Refused + counts.GivenUp,
            counts.Retried,
            counts.Recipients,
            counts.Faults.Sum(fault => fault.Count),
            counts.ConnectionsMade - counts.ConnectionsEnded,
            latency.Percentile(50),
            latency.Percentile(99),
            Done(elapsed, counts));
        _lastElapsed = elapsed;
        _lastAccepted = counts.Accepted;
        return sample;
    }

    /// <summary>The end that is nearer counts.</summary>
    private double? Done(TimeSpan elapsed, TrafficCounts counts)
    {
        var byTime = _options.Duration is { } duration ? elapsed / duration : (double?)null;
        var byCount = _options.MessageCount is { } count ? (counts.Accepted + counts.Refused + counts.GivenUp) / (double)count : (double?)null;
        var nearer = byTime > byCount ? byTime : byCount ?? byTime;
        return nearer is null ? null : Math.Min(1, nearer.Value);
    }
}

/// <summary>How a run stands at one moment.</summary>
/// <param name="Elapsed">Since its beginning.</param>
/// <param name="PerSecond">Messages accepted in a second, since the sample before.</param>
/// <param name="Accepted">Messages accepted.</param>
/// <param name="Failed">Messages refused or given up.</param>
/// <param name="Retried">Tries that were lost.</param>
/// <param name="Recipients">By outcome.</param>
/// <param name="Faults">Of connections.</param>
/// <param name="Connections">Open now.</param>
/// <param name="P50">Of the whole transaction, since the beginning.</param>
/// <param name="P99">Of the whole transaction, since the beginning.</param>
/// <param name="Done">The part of the run that is done, 0 to 1; null when no end is known.</param>
internal sealed record ProgressSample(
    TimeSpan Elapsed,
    double PerSecond,
    long Accepted,
    long Failed,
    long Retried,
    RecipientCounts Recipients,
    long Faults,
    long Connections,
    TimeSpan P50,
    TimeSpan P99,
    double? Done);
