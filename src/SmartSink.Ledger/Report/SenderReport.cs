using System.Text.Json.Serialization;

namespace SmartSink.Ledger.Report;

/// <summary>The report card: one sender after the other, the worst first.</summary>
/// <param name="At">When it was made.</param>
/// <param name="Since">From when on the ledger was looked at.</param>
/// <param name="Senders">Those that were asked for.</param>
/// <param name="Forgotten">Facts that were forgotten for want of memory; the report lacks them.</param>
/// <param name="TimeScale">How fast the provider's time passed, at the most: all lengths in the report are of that time.</param>
/// <param name="LeftOut">Senders that were asked for and are not told, since there are so many.</param>
internal sealed record ReportCard(DateTimeOffset At, DateTimeOffset Since, IReadOnlyList<SenderReport> Senders, long Forgotten, double TimeScale, int LeftOut = 0);

/// <summary>What one sender did, graded.</summary>
/// <param name="Client">Its network.</param>
/// <param name="User">The user that it authenticated as; empty for none.</param>
/// <param name="Grade"><c>A</c> to <c>F</c>; <c>-</c> when no rule was seen.</param>
/// <param name="Accepted">Recipients accepted.</param>
/// <param name="Tempfail">Tries that were refused for now.</param>
/// <param name="Permfail">Tries that were refused for good.</param>
/// <param name="Connections">Connections begun.</param>
/// <param name="Rules">Every rule, in the order in which they are listed.</param>
/// <param name="Seconds">What came each second, for a chart; at most 600 points.</param>
internal sealed record SenderReport(
    string Client, string User, string Grade, long Accepted, long Tempfail, long Permfail, long Connections, IReadOnlyList<RuleReport> Rules, ReportChart Seconds);

/// <summary>What a rule says of a sender.</summary>
/// <param name="Rule">Its name, as in <c>report.toml</c> and <c>--fail-on</c>: <c>backs-off</c>.</param>
/// <param name="Title">The same in words: <c>Waits before it retries, and longer each time</c>.</param>
/// <param name="Verdict">What it comes to.</param>
/// <param name="Weight">What a fail means for the grade.</param>
/// <param name="Number">What was measured; null when it was not seen.</param>
/// <param name="Unit">Of the number: <c>%</c>, <c>s</c>, <c>ratio</c> or a noun.</param>
/// <param name="Finding">One sentence: what was seen, with its figures.</param>
/// <param name="Examples">At most three.</param>
/// <param name="Why">Why it matters, a sentence or two.</param>
/// <param name="Sources">Where it comes from: <c>RFC 5321 section 4.5.4.1</c>, a provider's page.</param>
/// <param name="Table">Of rules that hold against a table, as the classification: cells in words; null for none.</param>
internal sealed record RuleReport(
    string Rule, string Title, Verdict Verdict, RuleWeight Weight, double? Number, string Unit, string Finding, IReadOnlyList<ReportExample> Examples, string Why,
    IReadOnlyList<string> Sources, IReadOnlyList<IReadOnlyList<string>>? Table = null);

/// <summary>A case in point.</summary>
/// <param name="At">When it began.</param>
/// <param name="Text">What happened, with times: <c>tried again 12 s after the refusal, then after 11 s (connection 17, gmail.com)</c>.</param>
/// <param name="Reply">The reply that the sender had been given; null for none.</param>
internal sealed record ReportExample(DateTimeOffset At, string Text, string? Reply);

/// <summary>What came in each stretch of time, the oldest first.</summary>
/// <param name="Since">When the first begins.</param>
/// <param name="Step">Seconds of each.</param>
/// <param name="Accepted">Recipients accepted.</param>
/// <param name="Tempfail">Recipients refused for now.</param>
/// <param name="Permfail">Recipients refused for good.</param>
internal sealed record ReportChart(DateTimeOffset Since, int Step, IReadOnlyList<long> Accepted, IReadOnlyList<long> Tempfail, IReadOnlyList<long> Permfail);

/// <summary>What a rule comes to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict : byte
{
    /// <summary>Nothing happened that it could tell by.</summary>
    [JsonStringEnumMemberName("not_seen")]
    NotSeen,

    [JsonStringEnumMemberName("pass")]
    Pass,

    [JsonStringEnumMemberName("warn")]
    Warn,

    [JsonStringEnumMemberName("fail")]
    Fail,
}

/// <summary>What a failed rule means for the grade.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RuleWeight>))]
internal enum RuleWeight : byte
{
    /// <summary>Nothing: it is only told.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    [JsonStringEnumMemberName("minor")]
    Minor,

    [JsonStringEnumMemberName("major")]
    Major,

    /// <summary>An F, whatever else there is.</summary>
    [JsonStringEnumMemberName("critical")]
    Critical,
}
