using SmartSink.Policy.Documents;
using SmartSink.Smtp;

namespace SmartSink.Policy.Explaining;

/// <summary>A reply that an address may get.</summary>
/// <param name="Kind">The list it stands in.</param>
/// <param name="Code">400 to 599.</param>
/// <param name="Stage">The stage that the file names.</param>
/// <param name="Closes">Whether the connection ends after it.</param>
/// <param name="Percent">Its share of all the domain's recipients, 0 to 100, triggers left aside; of <see cref="ReplyKind.Tls"/>, of those of clients without TLS.</param>
/// <param name="FirstLine">The first line of its text with the enhanced code, placeholders in braces.</param>
/// <param name="Origin">Its place, such as <c>providers/gmail.toml(12,1)</c>; <c>built in</c> when no file gives a list.</param>
public sealed record ExplainedReply(ReplyKind Kind, int Code, Stage Stage, bool Closes, decimal Percent, string FirstLine, string Origin);
