namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>Messages by what became of them.</summary>
/// <param name="Accepted">Accepted for at least one recipient.</param>
/// <param name="Refused">Refused for all.</param>
/// <param name="GivenUp">Lost to a fault of the connection.</param>
/// <param name="Retried">Tries lost to a fault after which the message was tried again.</param>
/// <param name="NotBegun">Due by the rate profile, but no connection was free for them before the run's end.</param>
internal sealed record MessageTotals(long Accepted, long Refused, long GivenUp, long Retried, long NotBegun = 0);
