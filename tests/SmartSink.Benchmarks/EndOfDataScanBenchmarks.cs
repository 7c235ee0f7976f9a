using System.Text;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using SmartSink.Smtp.Server;

namespace SmartSink.Benchmarks;

/// <summary>The search for CRLF.CRLF alone, over a receive's worth of a message's lines.</summary>
[Config(typeof(Configuration))]
public class EndOfDataScanBenchmarks
{
    private const int Bytes = 64 * 1024;

    private byte[] _body = [];

    /// <summary>Characters of a line, without its CRLF.</summary>
    [Params(10, 76, 998)]
    public int LineLength { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var line = new string('x', LineLength) + "\r\n";
        var body = new StringBuilder();
        while (body.Length < Bytes)
        {
            body.Append(line);
        }

        _body = Encoding.ASCII.GetBytes(body.ToString()[..Bytes]);
    }

    [Benchmark]
    public long Scan()
    {
        var scanner = EndOfDataScanner.Start();
        scanner.Scan(_body, out _);
        return scanner.Size;
    }

    private sealed class Configuration : ManualConfig
    {
        public Configuration() => AddColumn(new ThroughputColumn(Bytes));
    }
}
