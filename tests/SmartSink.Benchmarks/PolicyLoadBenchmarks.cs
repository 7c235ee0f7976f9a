using BenchmarkDotNet.Attributes;
using SmartSink.Policy;
using SmartSink.Testing.Policies;

namespace SmartSink.Benchmarks;

/// <summary>From the file's octets to a frozen snapshot.</summary>
[MemoryDiagnoser]
public class PolicyLoadBenchmarks
{
    private GeneratedPolicy _policy = null!;

    [Params(10, 10_000, 100_000)]
    public int Domains { get; set; }

    [GlobalSetup]
    public void Setup() => _policy = new GeneratedPolicy(Domains);

    [GlobalCleanup]
    public void Cleanup() => _policy.Dispose();

    [Benchmark]
    public PolicySnapshot Load() => _policy.Load();
}
