namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>Recipients that were answered the same.</summary>
/// <param name="Stage">At which command.</param>
/// <param name="Code">The reply's code.</param>
/// <param name="Recipients">How many.</param>
internal sealed record AnswerTotal(string Stage, int Code, long Recipients);
