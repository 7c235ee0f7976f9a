using BenchmarkDotNet.Attributes;
using SmartSink.Testing.Policies;

namespace SmartSink.Benchmarks;

/// <summary>One recipient's answer: look-up, draw, choice of a reply (which is not written here).</summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private GeneratedPolicy _policy = null!;
    private GeneratedDecisions _decisions = null!;

    [Params(10, 1_000, 100_000)]
    public int Domains { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _policy = new GeneratedPolicy(Domains);
        _decisions = new GeneratedDecisions(_policy);
    }

    [GlobalCleanup]
    public void Cleanup() => _policy.Dispose();

    [Benchmark]
    public int Configured() => _decisions.Configured();

    [Benchmark]
    public int Unknown() => _decisions.Unknown();
}
