using SmartSink.Testing;

namespace SmartSink.PeerBenchmarks.Sinks;

/// <summary>SmartSink and its peers, all running; disposing ends them all.</summary>
internal sealed class SinkSet : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<ISink> _sinks = [];
    private readonly Task<string> _floor;

    private SinkSet() => _floor = FloorProgram.CompileAsync(_folder);

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
            set._sinks.Add(await PeerProcess.StartFloorAsync(await set._floor));
            set._sinks.Add(await PeerProcess.StartSmtpSinkAsync());
            return set;
        }
        catch
        {
            await set.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts other builds of the server, and puts them behind the others.</summary>
    public async Task AddBuildsAsync(IEnumerable<(string Name, ServerCommand Server)> builds)
    {
        foreach (var (name, server) in builds)
        {
            _sinks.Add(new SmartSinkServer(await server.StartAsync(ServerCommand.AcceptAllPolicy), name));
        }
    }

    /// <summary>Starts one more peer, a C loop that refuses, and puts it behind the others.</summary>
    /// <param name="shares">How often it refuses.</param>
    public async Task AddRefusingFloorAsync(RefusalShares shares) =>
        _sinks.Add(await PeerProcess.StartRefusingFloorAsync(await _floor, shares));

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
