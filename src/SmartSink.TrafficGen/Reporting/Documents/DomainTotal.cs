namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>The recipients of a domain.</summary>
/// <param name="Domain">Without the suffix.</param>
/// <param name="Recipients">By outcome.</param>
/// <param name="Answers">By the answer's stage and code.</param>
internal sealed record DomainTotal(string Domain, OutcomeTotals Recipients, IReadOnlyList<AnswerTotal> Answers);
