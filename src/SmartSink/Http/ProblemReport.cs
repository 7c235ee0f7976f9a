namespace SmartSink.Http;

/// <summary>Problem details (RFC 9457).</summary>
/// <param name="Type">Always about:blank: the status says it all.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The status.</param>
internal sealed record ProblemReport(string Type, string Title, int Status);
