using System.Net;
using BenchmarkDotNet.Attributes;
using SmartSink.Events;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Benchmarks;

/// <summary>What an event costs the thread that mail comes by: one that is told, at most 1,000 a second, and one that is left out.</summary>
[MemoryDiagnoser]
public class EventBenchmarks
{
    private static readonly FixedReply Reply = new(452, new(4, 2, 2), "The email account that you tried to reach is over quota. Please direct the recipient to\nhttps://support.google.com/mail/?p=OverQuotaTemp"u8);

    private readonly AcceptAll _filter = new("other", "gmail.com");
    private readonly SinkEvents _events = new(TimeProvider.System);
    private long _milliseconds = 1000;

    [Benchmark]
    public void RefusalTold()
    {
        // Each in a second of its own.
        _milliseconds += 1000;
        Refuse();
    }

    [Benchmark]
    public void RefusalLeftOut() => Refuse();

    [Benchmark]
    public bool MessageLeftOut() => _events.WantsMessage(new Moment(_milliseconds, DateTimeOffset.UnixEpoch));

    [GlobalSetup(Targets = [nameof(RefusalLeftOut), nameof(MessageLeftOut)])]
    public void UseUp()
    {
        for (var i = 0; i < 2 * EventBudget.PerSecond; i++)
        {
            Refuse();
            MessageLeftOut();
        }
    }

    private void Refuse() => _events.Refused(
        _filter,
        1,
        new SessionFacts
        {
            Stage = Stage.Rcpt,
            Connection = 9,
            ClientAddress = IPAddress.Loopback,
            TransactionId = "3RQXQ0TZ9C2K4"u8,
            Sender = "bounces+12345@mail.sender.example"u8,
            Recipient = "somebody.somewhere@gmail.com"u8,
            Domain = "gmail.com"u8,
            Now = new Moment(_milliseconds, DateTimeOffset.UnixEpoch),
        },
        Reply);
}
