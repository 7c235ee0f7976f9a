namespace SmartSink.Http;

/// <summary>The body of /readyz.</summary>
/// <param name="Status">ready, starting, stopping or failed.</param>
/// <param name="Listeners">Where SMTP listens; empty before it does.</param>
/// <param name="Policy">The policy in force.</param>
/// <param name="LastReload">What became of the last change of its files; null before the first.</param>
internal sealed record ReadinessReport(string Status, IReadOnlyList<ListenerReport> Listeners, PolicyReport Policy, LastReloadReport? LastReload);
