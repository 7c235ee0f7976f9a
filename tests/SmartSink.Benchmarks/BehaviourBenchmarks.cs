using System.Globalization;
using System.Net;
using System.Text;
using BenchmarkDotNet.Attributes;
using SmartSink.Behaviour;
using SmartSink.Policy;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing;

namespace SmartSink.Benchmarks;

/// <summary>
/// One recipient's answer where the provider reacts: with every limit, greylist and delays, at random places of a memory of two thousand
/// and of a million keys; and by the dice alone. Two threads work at the same memory; the time is that of one thread's recipient.
/// </summary>
[MemoryDiagnoser]
public class BehaviourBenchmarks
{
    private const int Recipients = 500_000;

    private const string Dice =
        """
        behaviour = "provider"

        [domain."gmail.com"]
        bounce = 2
        defer = 3

        """;

    // Nothing is refused by a limit: the whole way is the longest.
    private const string AllOfIt =
        """
        [domain."gmail.com".limits]
        by = [BY]
        connections = 100000
        messages_per_connection = 1000000000
        recipients_per_message = 100
        rate = "1000000000/min"
        unknown = "50%"
        block = { after = "5 throttled/min", for = "10m" }
        warmup = ["1000000000/h", "1000000000/h"]

        [domain."gmail.com".greylist]
        wait = "1s"
        window = "12h"

        [domain."gmail.com".delay]
        rcpt = "5ms..30ms"
        data = "50ms..300ms"

        """;

    private IPAddress[] _clients = [];
    private byte[][] _transactions = [];
    private IMailboxFilter _filter = null!;
    private Thread[] _threads = [];
    private Barrier _barrier = null!;
    private volatile bool _isOver;

    [Params("dice", "all", "all by three")]
    public string Behaviour { get; set; } = string.Empty;

    /// <summary>Each has two keys: of the few the memory is at hand, of the many it is anywhere.</summary>
    [Params(1_000, 500_000)]
    public int Clients { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        using var folder = new TemporaryFolder();
        var by = Behaviour == "all" ? "\"network\"" : "\"network\", \"sender_domain\", \"user\"";
        var result = PolicyLoader.Load(folder.Write("responses.toml", Behaviour == "dice" ? Dice : Dice + AllOfIt.Replace("BY", by, StringComparison.Ordinal)));
        var policy = result.Snapshot ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
        var filters = new BehaviourFilters(() => policy, At(0), capacity: 1_100_000);
        _filter = filters.Current;
        var addresses = Enumerable.Range(0x0A000000, Clients).ToArray();
        new Random(42).Shuffle(addresses);
        _clients = [.. addresses.Select(address => new IPAddress((uint)address))];
        _transactions = new byte[Clients][];
        for (var i = 0; i < Clients; i++)
        {
            _transactions[i] = Encoding.ASCII.GetBytes((i / 10).ToString("D13", CultureInfo.InvariantCulture));
        }

        foreach (var now in (long[])[1, 5_000])
        {
            for (var i = 0; i < Clients; i++)
            {
                Ask(i, now);
            }
        }

        Console.WriteLine($"// keys: {filters.Entries}, evictions: {filters.Evictions}");
        _barrier = new Barrier(Threads);
        _threads = [.. Enumerable.Range(1, Threads - 1).Select(number => new Thread(() => Help(number)) { IsBackground = true })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _isOver = true;
        if (Threads > 1)
        {
            _barrier.SignalAndWait();
        }

        Array.ForEach(_threads, thread => thread.Join());
    }

    [Benchmark(OperationsPerInvoke = Recipients)]
    public void Recipient()
    {
        if (Threads > 1)
        {
            _barrier.SignalAndWait();
        }

        Work(0);
        if (Threads > 1)
        {
            _barrier.SignalAndWait();
        }
    }

    private void Help(int number)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_isOver)
            {
                return;
            }

            Work(number);
            _barrier.SignalAndWait();
        }
    }

    private void Work(int number)
    {
        var from = number * (Clients / 2);
        for (var i = 0; i < Recipients; i++)
        {
            Ask((from + i) % Clients, 10_000);
        }
    }

    private int Ask(int i, long now) => _filter.Answer(new SessionFacts
    {
        Stage = Stage.Rcpt,
        Connection = (uint)(i % 1_000) + 1,
        ClientAddress = _clients[i],
        User = "mailer"u8,
        Sender = "newsletter@sender.example.com"u8,
        SenderDomain = "sender.example.com"u8,
        Recipient = "some.body@gmail.com"u8,
        LocalPart = "some.body"u8,
        Domain = "gmail.com"u8,
        TransactionId = _transactions[i],
        Now = At(now),
    }).Entry;

    private static Moment At(long milliseconds) => new(milliseconds, DateTimeOffset.UnixEpoch);
}
