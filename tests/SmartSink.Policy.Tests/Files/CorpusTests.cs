using SmartSink.Fuzz;

namespace SmartSink.Policy.Tests.Files;

/// <summary>The fuzzer's corpus, replayed: what it once found stays mended.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Files => [.. FuzzTargets.Corpus("policy")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Replay(string file) => FuzzTargets.Replay("policy", file);
}
