using SmartSink.PeerBenchmarks.Clients;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Tls;

/// <summary>The same octets to the sink, as few large messages and as many small ones, and to a receiver that knows nothing of SMTP.</summary>
/// <param name="sink">The sink.</param>
/// <param name="bare">The receiver.</param>
/// <param name="parts">How many times 100 kB go over a connection.</param>
internal sealed class BulkRuns(ISink sink, OpenSslServer bare, int parts)
{
    /// <summary>Of these a large message consists: 50 MB, which is just below the sink's SIZE.</summary>
    private const int LargeParts = 500;

    private static readonly byte[] Message = TestMessage.OfBody(100_000);

    /// <summary>Runs all in turns.</summary>
    /// <param name="report">Takes a row of each.</param>
    /// <param name="rounds">How many runs of each count.</param>
    /// <param name="cancellation">Ends it between two runs.</param>
    public async Task MeasureAsync(Report report, int rounds, CancellationToken cancellation)
    {
        var peer = new BulkWay("openssl s_server", "one stream", () => Measure(bare.ProcessId, () => bare.Push(Message, parts)));
        BulkWay[] ways =
        [
            peer,
            new(sink.Name, "messages of 50 MB", () => Measure(sink.ProcessId, () => Deliver(SendLarge))),
            new(sink.Name, "messages of 100 kB, one by one", () => Measure(sink.ProcessId, () => Deliver(SendSmall))),
        ];
        var runs = await Alternation.MeasureAsync(ways, rounds, way => Task.FromResult(way.Run()), cancellation);
        foreach (var (way, its) in runs)
        {
            var ratio = Ratio.Of(its.Select(run => run.ProcessorEach), runs[peer].Select(run => run.ProcessorEach));
            report.Add(
                way.Receiver,
                way.SentAs,
                its[0].Detail,
                Median.Of(its.Select(run => run.ProcessorEach)),
                Median.Of(its.Select(run => run.PerSecond)) * Message.Length / 1e6,
                ratio.Median,
                ratio.Lowest,
                ratio.Highest);
        }
    }

    private TlsRun<string> Measure(int process, Func<string> send) => TlsRun<string>.Measure(process, parts, send);

    private string Deliver(Action<DialogClient> send)
    {
        using var client = DialogClient.Connect(sink.Port);
        client.Greet();
        client.StartTls();
        send(client);
        client.Quit();
        return client.Cipher!;
    }

    private void SendSmall(DialogClient client)
    {
        for (var part = 0; part < parts; part++)
        {
            client.Deliver(Message);
        }
    }

    private void SendLarge(DialogClient client)
    {
        for (var left = parts; left > 0; left -= LargeParts)
        {
            client.Deliver(Message.AsSpan()[..^".\r\n".Length], Math.Min(left, LargeParts));
        }
    }
}
