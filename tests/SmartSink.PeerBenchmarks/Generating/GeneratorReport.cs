namespace SmartSink.PeerBenchmarks.Generating;

/// <summary>What became of the messages of a run of traffic-gen, each with one recipient.</summary>
/// <param name="Accepted">Answers 2yz.</param>
/// <param name="TempFailed">Answers 4yz, those that closed the connection, after which the message was tried again, among them.</param>
/// <param name="PermFailed">Answers 5yz.</param>
/// <param name="GivenUp">Messages that got no answer in the end.</param>
/// <param name="Closed">Connections that the sink ended.</param>
/// <param name="Elapsed">From the first connection to the last reply.</param>
internal sealed record GeneratorReport(long Accepted, long TempFailed, long PermFailed, long GivenUp, long Closed, TimeSpan Elapsed)
{
    /// <summary>All answers, and the messages that got none.</summary>
    public long Total => Accepted + TempFailed + PermFailed + GivenUp;
}
