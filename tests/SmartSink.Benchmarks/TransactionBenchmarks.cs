using System.Net;
using System.Text;
using BenchmarkDotNet.Attributes;
using SmartSink.Policy;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Benchmarks;

/// <summary>One whole transaction through the session, without a socket, with the shipped policy deciding. Allocated bytes after the first: 0.</summary>
[MemoryDiagnoser]
public class TransactionBenchmarks
{
    private readonly ReplyBuffer _replies = new();
    private byte[] _bytes = [];
    private SmtpSession _session = null!;
    private long _milliseconds;

    /// <summary>Octets of the body.</summary>
    [Params(1_000, 100_000)]
    public int BodySize { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var policy = PolicyLoader.Load(RepositoryRoot.Combine("policy", "responses.toml")).Snapshot!;
        _session = new SmtpSession(
            new SmtpSessionOptions { Hostname = "sink.test" }, new FilterSwitch(policy), new NullObserver(), IPAddress.Loopback, number: 1);
        _session.Start(_replies, Now());
        _session.Advance("EHLO client.test\r\n"u8, _replies, Now());

        var line = new string('x', 76) + "\r\n";
        var body = new StringBuilder();
        while (body.Length < BodySize)
        {
            body.Append(line);
        }

        _bytes = Encoding.ASCII.GetBytes($"MAIL FROM:<sender@client.test>\r\nRCPT TO:<250-user@gmail.com>\r\nDATA\r\n{body}.\r\n");
    }

    [Benchmark]
    public int Transaction()
    {
        _replies.Clear();
        var consumed = _session.Advance(_bytes, _replies, Now()).Consumed;
        return consumed == _bytes.Length ? _replies.Length : throw new InvalidOperationException($"{consumed} octets taken");
    }

    private Moment Now() => new(_milliseconds++, DateTimeOffset.UnixEpoch);
}
