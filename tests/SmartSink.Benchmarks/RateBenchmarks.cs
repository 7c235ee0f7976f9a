using BenchmarkDotNet.Attributes;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Telemetry;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Benchmarks;

/// <summary>What a look at the counters costs, of which there is one a second; every tenth chooses the domains anew where there are too many.</summary>
[MemoryDiagnoser]
[MinColumn]
public class RateBenchmarks
{
    private static readonly FixedReply Accepted = new(250, new(2, 0, 0), "Ok"u8);

    private RateSampler _sampler = null!;

    /// <summary>Domains that have had recipients.</summary>
    [Params(1_000, 50_000)]
    public int Domains { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var metrics = new SessionMetrics(new SinkMetrics());
        var filter = new AcceptAll([.. Enumerable.Range(0, Domains).Select(domain => $"d{domain}.example")]);
        for (var recipient = 0; recipient < 4 * Domains; recipient++)
        {
            metrics.CountRecipient(filter, (int)(recipient * 7919L % Domains), Accepted, Stage.Data);
        }

        _sampler = new RateSampler(metrics, () => 50, TimeProvider.System);
        _sampler.Sample();
    }

    [Benchmark(OperationsPerInvoke = 10)]
    public void Look()
    {
        for (var look = 0; look < 10; look++)
        {
            _sampler.Sample();
        }
    }

    /// <summary>An answer to /stats without its JSON.</summary>
    [Benchmark]
    public int Read() => _sampler.Read(100).LeftOut;
}
