using System.Net;
using System.Text;
using BenchmarkDotNet.Attributes;
using SmartSink.Policy;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Policies;

namespace SmartSink.Benchmarks;

/// <summary>One recipient's answer: look-up, draw, choice of a reply (which is not written here).</summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private readonly byte[][] _domains = new byte[1024][];
    private GeneratedPolicy _policy = null!;
    private PolicySnapshot _snapshot = null!;
    private int _next;

    [Params(10, 1_000, 100_000)]
    public int Domains { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _policy = new GeneratedPolicy(Domains);
        _snapshot = _policy.Load();
        for (var i = 0; i < _domains.Length; i++)
        {
            _domains[i] = Encoding.ASCII.GetBytes(GeneratedPolicyText.Domain((int)((long)i * Domains / _domains.Length)));
        }
    }

    [GlobalCleanup]
    public void Cleanup() => _policy.Dispose();

    [Benchmark]
    public int Configured() => Answer(_domains[_next++ & 1023]);

    [Benchmark]
    public int Unknown() => Answer("nobody.knows.this.example"u8);

    private int Answer(ReadOnlySpan<byte> domain) =>
        _snapshot.Answer(new DialogFacts
        {
            Stage = Stage.Rcpt,
            ClientAddress = IPAddress.Loopback,
            Recipient = "user@domain"u8,
            LocalPart = "user"u8,
            Domain = domain,
        }).Entry;
}
