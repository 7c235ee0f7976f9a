using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Sinks;

/// <summary>SmartSink as shipped, but for its policy.</summary>
internal sealed class SmartSinkServer(SinkProcess process) : ISink
{
    /// <inheritdoc/>
    public string Name => SinkNames.SmartSink;

    /// <inheritdoc/>
    public int Port => process.SmtpPort;

    /// <inheritdoc/>
    public int ProcessId => process.Id;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => process.DisposeAsync();
}
