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

    /// <summary>Starts them.</summary>
    /// <param name="server">Which build of SmartSink.</param>
    /// <param name="policyFile">Its policy; it refuses nobody unless told. The peers accept everything.</param>
    public static async Task<SinkSet> StartAsync(ServerCommand server, string? policyFile = null)
    {
        var set = new SinkSet();
        try
        {
            (string, string)[] settings = policyFile is null ? [] : [("SINK_DATA", policyFile)];
            set._sinks.Add(new SmartSinkServer(await server.StartAsync(ServerCommand.AcceptAllPolicy, settings)));
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
