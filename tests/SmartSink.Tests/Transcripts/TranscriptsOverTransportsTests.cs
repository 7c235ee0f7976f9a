using SmartSink.Testing.Transcripts;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Transcripts;

/// <summary>Each dialog once over each transport. In one piece, because there alone it is certain what arrives together.</summary>
public class TranscriptsOverTransportsTests
{
    public static TheoryData<string, string> All() => new(
        from name in TranscriptFiles.Names
        from transport in new[] { "epoll", "sockets", RunningServer.EpollOnUnix, RunningServer.SocketsOnUnix, RunningServer.Memory }
        where transport is not (RunningServer.EpollOnUnix or RunningServer.SocketsOnUnix) || !TranscriptFiles.Load(name).NeedsDestination
        select (name, transport));

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_dialog_goes_the_same_way_over_every_transport(string name, string transport)
    {
        RunningServer.Over = transport;
        var transcript = TranscriptFiles.Load(name);
        await using var peer = new ServerPeer(transcript);
        await TranscriptPlayer.PlayAsync(transcript, peer, TranscriptSplit.Whole);
    }
}
