using SmartSink.TrafficGen.Generating;
using SmartSink.TrafficGen.Pacing;

namespace SmartSink.TrafficGen.Sending;

/// <summary>What all workers of a run share.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Messages">Makes the messages.</param>
/// <param name="Schedule">Says when the next one goes, and when there are no more.</param>
/// <param name="Observer">Hears what becomes of them.</param>
/// <param name="Control">Ends the run.</param>
/// <param name="Clock">The time.</param>
internal sealed record TrafficContext(
    TrafficOptions Options,
    MessageGenerator Messages,
    Schedule Schedule,
    ITrafficObserver Observer,
    RunControl Control,
    TimeProvider Clock);
