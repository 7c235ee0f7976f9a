namespace SmartSink.PeerBenchmarks.Sinks;

/// <summary>What the sinks are called in tables.</summary>
internal static class SinkNames
{
    public const string SmartSink = "SmartSink";

    public const string SmtpSink = "smtp-sink";

    public const string Floor = "C floor";

    public const string RefusingFloor = "C floor, refusing";
}
