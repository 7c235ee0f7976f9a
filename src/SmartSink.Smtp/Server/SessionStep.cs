namespace SmartSink.Smtp.Server;

/// <summary>The result of one call into a session.</summary>
/// <param name="Action">What to do next.</param>
/// <param name="Consumed">How many octets of the input were taken, 0 to its length.</param>
public readonly record struct SessionStep(SessionAction Action, int Consumed);
