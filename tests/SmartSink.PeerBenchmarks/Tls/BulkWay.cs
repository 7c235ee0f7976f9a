namespace SmartSink.PeerBenchmarks.Tls;

/// <summary>One way of sending the same octets over TLS on one connection.</summary>
/// <param name="Receiver">Who takes them.</param>
/// <param name="SentAs">In what pieces they come.</param>
/// <param name="Run">Sends them.</param>
internal sealed record BulkWay(string Receiver, string SentAs, Func<TlsRun<string>> Run);
