using SmartSink.Testing;

namespace SmartSink.PeerBenchmarks.Sinks;

/// <summary>SmartSink and its peers, all running; disposing ends them all.</summary>
internal sealed class SinkSet : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<ISink> _sinks = [];

    private SinkSet()
    {
    }

    /// <summary>The sinks; SmartSink is the first.</summary>
    public IReadOnlyList<ISink> Sinks => _sinks;

    /// <summary>Starts them; SmartSink refuses nobody.</summary>
    public static async Task<SinkSet> StartAsync(ServerCommand server)
    {
        var set = new SinkSet();
        try
        {
            set._sinks.Add(new SmartSinkServer(await server.StartAsync(ServerCommand.AcceptAllPolicy)));
            set._sinks.Add(await PeerProcess.StartFloorAsync(await FloorProgram.CompileAsync(set._folder)));
            set._sinks.Add(await PeerProcess.StartSmtpSinkAsync());
            return set;
        }
        catch
        {
            await set.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var sink in _sinks)
        {
            await sink.DisposeAsync();
        }

        _folder.Dispose();
    }
}
