using SmartSink.Fuzz;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>The fuzzer's corpus, replayed: what it once found stays mended.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Files => [.. FuzzTargets.Corpus("smtp")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Replay(string file) => FuzzTargets.Replay("smtp", file);
}
