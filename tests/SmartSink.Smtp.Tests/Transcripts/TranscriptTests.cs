using SmartSink.Testing.Transcripts;

namespace SmartSink.Smtp.Tests.Transcripts;

public sealed class TranscriptTests
{
    public static TheoryData<string, TranscriptSplit> All() =>
        [.. TranscriptFiles.Names.SelectMany(name => Enum.GetValues<TranscriptSplit>().Select(split => (name, split)))];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Dialog_goes_as_written(string name, TranscriptSplit split)
    {
        var transcript = TranscriptFiles.Load(name);
        await using var peer = new SansIoPeer(transcript);
        await TranscriptPlayer.PlayAsync(transcript, peer, split);
    }

    [Fact]
    public void There_are_many() => TranscriptFiles.Names.Count.ShouldBeGreaterThanOrEqualTo(60);
}
