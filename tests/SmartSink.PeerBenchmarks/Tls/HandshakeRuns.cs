using SmartSink.PeerBenchmarks.Clients;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Tls;

/// <summary>Connections that deliver one message of 1 kB each, one after another.</summary>
internal sealed class HandshakeRuns(ISink sink, int connections)
{
    private static readonly byte[] Message = TestMessage.OfBody(1000);

    private static readonly Handshake[] Kinds = Enum.GetValues<Handshake>();

    /// <summary>Runs the kinds in turns, each with a warm-up.</summary>
    /// <param name="table">Takes a row of each.</param>
    /// <param name="rounds">How many runs count.</param>
    /// <param name="cancellation">Ends it between two runs.</param>
    /// <exception cref="InvalidOperationException">No session was resumed.</exception>
    public void Measure(ReportTable table, int rounds, CancellationToken cancellation)
    {
        var runs = Kinds.ToDictionary(kind => kind, _ => new List<TlsRun<(string Cipher, long Bytes)>>());
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var kind in Kinds)
            {
                cancellation.ThrowIfCancellationRequested();
                runs[kind].Add(Run(kind));
            }
        }

        // A resumed session does without the certificate and the proof that its key is known.
        if (runs[Handshake.Resumed][^1].Detail.Bytes >= runs[Handshake.Full][^1].Detail.Bytes)
        {
            throw new InvalidOperationException("no session was resumed");
        }

        foreach (var (kind, its) in runs)
        {
            table.Add(
                kind.ToString(),
                its[^1].Detail.Cipher,
                its[^1].Detail.Bytes,
                Median.Of(its.Skip(1).Select(run => run.ProcessorEach)),
                Median.Of(its.Zip(runs[Handshake.None], (run, plain) => run.ProcessorEach - plain.ProcessorEach).Skip(1)),
                Median.Of(its.Skip(1).Select(run => run.PerSecond)));
        }
    }

    private TlsRun<(string Cipher, long Bytes)> Run(Handshake kind) => TlsRun<(string, long)>.Measure(sink.ProcessId, connections, () =>
    {
        var last = (string.Empty, 0L);
        for (var connection = 0; connection < connections; connection++)
        {
            last = Deliver(kind);
        }

        return last;
    });

    private (string Cipher, long Bytes) Deliver(Handshake kind)
    {
        using var client = DialogClient.Connect(sink.Port);
        client.Greet();
        if (kind != Handshake.None)
        {
            client.StartTls(resume: kind == Handshake.Resumed);
        }

        client.Deliver(Message);
        client.Quit();
        return (client.Cipher ?? string.Empty, client.BytesReceived);
    }
}
