using System.Text.Json;
using SmartSink.Connections;
using SmartSink.Settings;
using SmartSink.Testing.Dialogs;
using SmartSink.Testing.Transcripts;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Transcripts;

/// <summary>Clients, and the whole server behind them, over one of the transports.</summary>
internal sealed class ServerPeer : ITranscriptPeer
{
    private readonly FilterSwitch _filters;
    private readonly RunningServer _server;
    private readonly Dictionary<int, SmtpTestClient> _clients = [];
    private int _current = 1;

    public ServerPeer(Transcript transcript, Func<ListenerSettings, EngineKind?>? engines = null)
    {
        _filters = new FilterSwitch(transcript.Rules);
        _server = RunningServer.Start(transcript.Options, _filters, engines);
    }

    public ValueTask UsePolicyAsync(string path)
    {
        _filters.Load(path, _server.Clock.ReadMoment());
        return ValueTask.CompletedTask;
    }

    public void SwitchTo(int client) => _current = client;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var client = await ClientAsync();
        try
        {
            await client.SendAsync(bytes);
        }
        catch (IOException)
        {
            // The server has closed already; what it said before is still to be read.
        }
    }

    public async ValueTask<byte[]?> ReceiveLineAsync() => await (await ClientAsync()).OctetsOfLineAsync();

    public void EndSending() => _clients[_current].HalfClose();

    public async ValueTask StartTlsAsync() => await (await ClientAsync()).StartTlsAsync();

    public async ValueTask AdvanceTimeAsync(TimeSpan span)
    {
        await ClientAsync();
        await _server.OpenedAsync(_clients.Count);
        await _server.PassAsync(span, _clients.Values.Sum(client => client.Sent));
    }

    public async ValueTask<string?> WaitForCloseAsync()
    {
        await (await ClientAsync()).DisposeAsync();
        return JsonNamingPolicy.SnakeCaseLower.ConvertName((await _server.Connections.NextEndAsync()).ToString());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            await client.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    private async ValueTask<SmtpTestClient> ClientAsync() =>
        _clients.TryGetValue(_current, out var client) ? client : _clients[_current] = await _server.ConnectAsync();
}
