using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>Runs by HTTP against a server of the test's own.</summary>
internal static class InjectRuns
{
    /// <summary>One worker, one domain, no end but the number of messages.</summary>
    public static TrafficOptions To(FakeServer server, long messages, int recipients = 1) =>
        Sending.Runs.To(server, messages) with { Http = new Uri($"http://127.0.0.1:{server.EndPoint.Port}"), RecipientsPerMessage = recipients };
}
