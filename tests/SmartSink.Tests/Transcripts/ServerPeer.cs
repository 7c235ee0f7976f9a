using System.Text.Json;
using SmartSink.Connections;
using SmartSink.Settings;
using SmartSink.Testing.Dialogs;
using SmartSink.Testing.Transcripts;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Transcripts;

/// <summary>A client, and the whole server behind it, over one of the transports. It connects with the first octet that goes either way.</summary>
internal sealed class ServerPeer : ITranscriptPeer
{
    private readonly FilterSwitch _filters;
    private readonly RunningServer _server;
    private SmtpTestClient? _client;

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

    public void EndSending() => _client!.HalfClose();

    public async ValueTask StartTlsAsync() => await (await ClientAsync()).StartTlsAsync();

    public async ValueTask AdvanceTimeAsync(TimeSpan span)
    {
        var client = await ClientAsync();
        await _server.OpenedAsync();
        await _server.PassAsync(span, client.Sent);
    }

    public async ValueTask<string?> WaitForCloseAsync()
    {
        await (await ClientAsync()).DisposeAsync();
        return JsonNamingPolicy.SnakeCaseLower.ConvertName((await _server.Connections.NextEndAsync()).ToString());
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    private async ValueTask<SmtpTestClient> ClientAsync() => _client ??= await _server.ConnectAsync();
}
