namespace SmartSink.TrafficGen;

/// <summary>Injection over HTTP, by KumoMTA's /api/inject/v1.</summary>
/// <param name="BaseAddress">The server's address; the path is put after it.</param>
/// <param name="BatchSize">Recipients in a request, at least 1.</param>
/// <param name="DeferSpool">The request's deferred_spool.</param>
/// <param name="DeferGeneration">The request's deferred_generation.</param>
internal sealed record HttpInjection(Uri BaseAddress, int BatchSize, bool DeferSpool, bool DeferGeneration);
