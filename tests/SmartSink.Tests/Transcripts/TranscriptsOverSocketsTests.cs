using SmartSink.Testing.Transcripts;

namespace SmartSink.Tests.Transcripts;

/// <summary>Each dialog once over a real socket. In one piece, because there alone it is certain what arrives together.</summary>
public class TranscriptsOverSocketsTests
{
    public static TheoryData<string> All() => [.. TranscriptFiles.Names];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_dialog_goes_the_same_way_over_a_socket(string name)
    {
        var transcript = TranscriptFiles.Load(name);
        await using var peer = new SocketPeer(transcript.Options);
        await TranscriptPlayer.PlayAsync(transcript, peer, TranscriptSplit.Whole);
    }
}
