namespace SmartSink.Http;

/// <summary>One listener in the body of /readyz.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Address and port.</param>
/// <param name="Protocol">smtp or lmtp.</param>
/// <param name="Tls">off, starttls or implicit.</param>
internal sealed record ListenerReport(string Name, string Address, string Protocol, string Tls);
