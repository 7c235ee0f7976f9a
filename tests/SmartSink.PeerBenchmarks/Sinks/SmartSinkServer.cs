using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Sinks;

/// <summary>SmartSink as shipped, but for its policy.</summary>
/// <param name="process">The running server.</param>
/// <param name="name">Its name in tables.</param>
internal sealed class SmartSinkServer(SinkProcess process, string name = SinkNames.SmartSink) : ISink
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public int Port => process.SmtpPort;

    /// <inheritdoc/>
    public int ProcessId => process.Id;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => process.DisposeAsync();
}
