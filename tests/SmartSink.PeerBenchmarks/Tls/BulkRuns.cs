using SmartSink.PeerBenchmarks.Clients;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Tls;

/// <summary>Messages of 100 kB to the sink, and the same octets to a receiver that knows nothing of SMTP.</summary>
internal sealed class BulkRuns(ISink sink, OpenSslServer bare, int messages)
{
    private static readonly byte[] Message = TestMessage.OfBody(100_000);

    /// <summary>Runs both in turns, each with a warm-up; the one that begins changes from round to round.</summary>
    /// <param name="report">Takes a row of each.</param>
    /// <param name="rounds">How many runs count.</param>
    /// <param name="cancellation">Ends it between two rounds.</param>
    public void Measure(Report report, int rounds, CancellationToken cancellation)
    {
        var own = new List<TlsRun<string>>();
        var other = new List<TlsRun<string>>();
        for (var round = 0; round <= rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (round % 2 == 0)
            {
                own.Add(ToSink());
            }

            other.Add(ToBare());
            if (round % 2 != 0)
            {
                own.Add(ToSink());
            }
        }

        Add(report, sink.Name, own[1..], own[1..]);
        Add(report, "openssl s_server", own[1..], other[1..]);
    }

    private static void Add(Report report, string name, List<TlsRun<string>> own, List<TlsRun<string>> other)
    {
        var ratio = Ratio.Of(own.Select(run => run.ProcessorEach), other.Select(run => run.ProcessorEach));
        report.Add(
            name,
            other[0].Detail,
            Median.Of(other.Select(run => run.ProcessorEach)),
            Median.Of(other.Select(run => run.PerSecond)) * Message.Length / 1e6,
            ratio.Median,
            ratio.Lowest,
            ratio.Highest);
    }

    private TlsRun<string> ToBare() => TlsRun<string>.Measure(bare.ProcessId, messages, () => bare.Push(Message, messages));

    private TlsRun<string> ToSink() => TlsRun<string>.Measure(sink.ProcessId, messages, () =>
    {
        using var client = DialogClient.Connect(sink.Port);
        client.Greet();
        client.StartTls();
        for (var message = 0; message < messages; message++)
        {
            client.Deliver(Message);
        }

        client.Quit();
        return client.Cipher!;
    });
}
