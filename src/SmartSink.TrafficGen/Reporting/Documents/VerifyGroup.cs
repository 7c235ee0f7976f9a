namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>Recipients that the sink counts under one label.</summary>
/// <param name="Label">The label: a domain or pattern of the sink's policy, or <c>other</c>.</param>
/// <param name="Domains">The domains of this run that count there; none when only others sent to it.</param>
/// <param name="Sent">What they were answered.</param>
/// <param name="Sink">What the sink counted.</param>
/// <param name="Agrees">Whether both sides agree.</param>
internal sealed record VerifyGroup(string Label, IReadOnlyList<string> Domains, OutcomeTotals Sent, OutcomeTotals Sink, bool Agrees);
