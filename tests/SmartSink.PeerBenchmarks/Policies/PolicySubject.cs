using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing.Policies;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Policies;

/// <summary>A server with a policy, and recipients for it; disposing ends the server.</summary>
internal sealed class PolicySubject : IAsyncDisposable
{
    private readonly SinkProcess _sink;
    private readonly PolicyLoad _load;

    private PolicySubject(SinkProcess sink, PolicyLoad load)
    {
        _sink = sink;
        _load = load;
    }

    /// <summary>Starts a server with a generated policy.</summary>
    public static async Task<PolicySubject> StartAsync(ServerCommand server, int domains) =>
        new(await server.StartAsync(GeneratedPolicy.TextOf(domains)), new PolicyLoad(domains));

    /// <summary>Starts a server whose policy knows no domain and refuses nobody; its recipients are those of a generated policy.</summary>
    public static async Task<PolicySubject> StartAcceptingAsync(ServerCommand server, int domains) =>
        new(await server.StartAsync(ServerCommand.AcceptAllPolicy), new PolicyLoad(domains));

    /// <summary>Names so many recipients and tells the server's processor time for each, in nanoseconds.</summary>
    public double Measure(int recipients)
    {
        var before = ProcessReading.Of(_sink.Id);
        _load.Run(_sink.SmtpPort, recipients);
        return (ProcessReading.Of(_sink.Id).Processor - before.Processor).TotalNanoseconds / recipients;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _sink.DisposeAsync();
}
