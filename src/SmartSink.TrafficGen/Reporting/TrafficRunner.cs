namespace SmartSink.TrafficGen.Reporting;

/// <summary>Sends the messages of a run.</summary>
/// <param name="options">What is asked.</param>
/// <param name="observer">Hears what becomes of it.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="stop">Ends the run before its time.</param>
internal delegate Task<TrafficEnd> TrafficRunner(TrafficOptions options, ITrafficObserver observer, TimeProvider clock, CancellationToken stop);
