namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>The comparison of what was answered here with what the sink counted.</summary>
/// <param name="Sink">The sink's HTTP address.</param>
/// <param name="Relayed">Whether an MTA stood between.</param>
/// <param name="Agrees">Whether both sides agree.</param>
/// <param name="Problem">Why they could not be compared; null when they could.</param>
/// <param name="Missing">Recipients accepted by the target that the sink has neither taken nor refused for good.</param>
/// <param name="Extra">Recipients that the sink has taken or refused for good beyond those.</param>
/// <param name="Unanswered">Transactions that ended without an answer: what the sink counted of them is not known here.</param>
/// <param name="Groups">By label of the sink.</param>
internal sealed record VerifyReport(
    Uri Sink,
    bool Relayed,
    bool Agrees,
    string? Problem,
    long Missing,
    long Extra,
    long Unanswered,
    IReadOnlyList<VerifyGroup> Groups);
