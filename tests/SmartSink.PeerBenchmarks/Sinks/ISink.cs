namespace SmartSink.PeerBenchmarks.Sinks;

/// <summary>A running process that takes mail on loopback; disposing ends it.</summary>
internal interface ISink : IAsyncDisposable
{
    /// <summary>Its name in tables.</summary>
    string Name { get; }

    /// <summary>The port on 127.0.0.1.</summary>
    int Port { get; }

    /// <summary>The process that does the work.</summary>
    int ProcessId { get; }
}
