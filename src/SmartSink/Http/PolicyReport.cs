namespace SmartSink.Http;

/// <summary>The policy in force, in /readyz.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="LoadedAt">When its files were read.</param>
/// <param name="Domains">How many domains and patterns it has.</param>
internal sealed record PolicyReport(string Hash, DateTimeOffset LoadedAt, int Domains);
