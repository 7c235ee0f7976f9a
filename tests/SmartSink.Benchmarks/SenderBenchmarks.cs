using System.Net;
using BenchmarkDotNet.Attributes;
using SmartSink.Senders;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Benchmarks;

/// <summary>What a message costs in the table of senders: a recipient at RCPT and at its end, and the message's end.</summary>
[MemoryDiagnoser]
[MinColumn]
public class SenderBenchmarks
{
    private const int Recipients = 100_000;

    private static readonly FixedReply Accepted = new(250, new(2, 0, 0), "Ok"u8);
    private static readonly FixedReply Later = new(451, new(4, 3, 0), "Later"u8);

    private readonly SenderTable _table = new();
    private readonly byte[] _recipient = "recipient00000@gmail.com"u8.ToArray();
    private IPAddress[] _clients = [];
    private int _number;

    /// <summary>How many client networks take turns.</summary>
    [Params(1, 1_000)]
    public int Clients { get; set; }

    /// <summary>Of a hundred recipients, those refused for now.</summary>
    [Params(0, 15)]
    public int Deferred { get; set; }

    [GlobalSetup]
    public void Setup() => _clients = [.. Enumerable.Range(0, Clients).Select(client => new IPAddress([10, 0, (byte)(client >> 8), (byte)client]))];

    [Benchmark]
    public void Message()
    {
        var number = _number++;
        for (var (at, rest) = (13, number % Recipients); at >= 9; at--, rest /= 10)
        {
            _recipient[at] = (byte)('0' + (rest % 10));
        }

        var facts = new SessionFacts
        {
            Stage = Stage.Rcpt,
            ClientAddress = _clients[number % _clients.Length],
            Sender = "sender@origin.example"u8,
            Recipient = _recipient,
            Now = new Moment(number >> 5, default),
        };
        if (number % 100 < Deferred)
        {
            _table.RecipientDecided(facts, Later);
        }
        else
        {
            if (number % 10_000 == 50)
            {
                _table.Tend();
            }

            _table.RecipientTaken(facts, kept: null);
            _table.RecipientDecided(new SessionFacts { Stage = Stage.Data, ClientAddress = facts.ClientAddress, Now = facts.Now }, Accepted);
            _table.MessageEnded(facts.ClientAddress);
        }
    }
}
