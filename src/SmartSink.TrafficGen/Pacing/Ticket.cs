namespace SmartSink.TrafficGen.Pacing;

/// <summary>The right to send one message.</summary>
/// <param name="Number">The message's number, from 0 on.</param>
/// <param name="NotBefore">When it may go, as a time stamp of the run's clock.</param>
/// <param name="IsDue">Whether it was to go exactly then, so that its latency counts from there.</param>
internal readonly record struct Ticket(long Number, long NotBefore, bool IsDue);
