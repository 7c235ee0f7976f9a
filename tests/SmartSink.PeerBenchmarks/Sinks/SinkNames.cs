namespace SmartSink.PeerBenchmarks.Sinks;

/// <summary>What the sinks are called in tables.</summary>
internal static class SinkNames
{
    public const string SmartSink = "SmartSink";

    /// <summary>SmartSink whose dialogs the SmtpServer package leads.</summary>
    public const string SmtpServer = "SmartSink on SmtpServer";

    public const string SmtpSink = "smtp-sink";

    public const string Floor = "C floor";

    public const string RefusingFloor = "C floor, refusing";
}
