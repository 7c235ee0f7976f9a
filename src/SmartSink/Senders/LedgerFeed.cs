using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using System.Text;
using SmartSink.Behaviour.State;
using SmartSink.Connections;
using SmartSink.Ledger.Facts;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Senders;

/// <summary>
/// Takes what sessions and connections report to the ledger: as small events, in a bounded queue, of which a thread of its own makes the ledger's facts. A polling thread
/// never waits for that one; what finds the queue full is dropped and counted. Nothing is allocated for a message whose sender and run are known.
/// </summary>
internal sealed class LedgerFeed : IDisposable
{
    /// <summary>Events that may wait, a few for each message; half of them hurry the thread.</summary>
    public const int DefaultCapacity = 65_536;

    /// <summary>The longest that an event waits before it is taken.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Of these the least that one connection may have wait, else a quarter: what floods the sink with RSET must not push out what others do. Connections are told apart by the
    /// lower bits of their numbers; two that share them share the bound.
    /// </summary>
    private const int LeastOfConnection = 1_024;
    private const int ConnectionsTold = 1_024;

    private const int MostSenders = 10_000;
    private const int MostRuns = 1_000;
    private const int LongestRun = 64;

    private static readonly SearchValues<byte> RunBytes = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-"u8);
    private static readonly FixedReply Full = new(421, new(4, 3, 2), "too many connections, try again later"u8);
    private static readonly FixedReply FullForAddress = new(421, new(4, 7, 0), "too many connections from your address"u8);

    /// <summary>What the thread has met last: most likely the next, too.</summary>
    [ThreadStatic]
    private static KnownSender? _lastSender;

    [ThreadStatic]
    private static KnownRun? _lastRun;

    private static int _feeds;

    private readonly TimeProvider _clock;
    private readonly MailHash _hash;
    private readonly Action<ReadOnlySpan<LedgerEvent>> _take;
    private readonly int _number = Interlocked.Increment(ref _feeds);
    private readonly ConcurrentDictionary<(ClientNetwork Network, ulong User), KnownSender> _senders = new();
    private readonly ConcurrentDictionary<string, KnownRun> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KnownRun>.AlternateLookup<ReadOnlySpan<char>> _runsByText;

    private readonly Lock _gate = new();
    private readonly Lock _taking = new();
    private readonly AutoResetEvent _hasSome = new(false);
    private readonly AutoResetEvent _isUrgent = new(false);
    private LedgerEvent[] _filling;
    private LedgerEvent[] _spare;
    private readonly int[] _ofConnection = new int[ConnectionsTold];
    private readonly int _mostOfConnection;
    private int _count;
    private long _dropped;
    private volatile bool _isOver;

    /// <summary>Begins to feed.</summary>
    /// <param name="clock">For what is reported without its moment.</param>
    /// <param name="hash">For mailboxes and ids.</param>
    /// <param name="take">Takes what happened, in its order: one call at a time, on any thread.</param>
    /// <param name="capacity">Events that may wait, at least 2.</param>
    public LedgerFeed(TimeProvider clock, MailHash hash, Action<ReadOnlySpan<LedgerEvent>> take, int capacity = DefaultCapacity)
    {
        (_clock, _hash, _take) = (clock, hash, take);
        (_filling, _spare) = (new LedgerEvent[capacity], new LedgerEvent[capacity]);
        _mostOfConnection = Math.Max(LeastOfConnection, capacity / 4);
        _runsByText = _runs.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Events that found the queue full.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
            {
                return _dropped;
            }
        }
    }

    /// <summary>Has a thread take what comes, until <see cref="Dispose"/>.</summary>
    public void Start() => new Thread(TakeAll) { Name = "ledger", IsBackground = true }.Start();

    /// <summary>Takes all that came before the call.</summary>
    public void Drain()
    {
        lock (_taking)
        {
            int count;
            LedgerEvent[] events;
            lock (_gate)
            {
                (count, _count) = (_count, 0);
                (events, _filling, _spare) = (_filling, _spare, _filling);
                Array.Clear(_ofConnection);
            }

            _take(events.AsSpan(0, count));
        }
    }

    /// <summary>Has the thread take what there is at once, if only nothing.</summary>
    public void Hurry()
    {
        _hasSome.Set();
        _isUrgent.Set();
    }

    /// <summary>Ends the thread. What still waits is not taken; what is still reported waits for nobody.</summary>
    public void Dispose()
    {
        _isOver = true;
        Hurry();
    }

    public void DialogBegan(in SessionFacts facts) => Add(Of(LedgerEventKind.DialogBegan, facts));

    public void TransactionBegan(in SessionFacts facts, bool offersTls) => Add(Of(LedgerEventKind.TransactionBegan, facts) with
    {
        Run = RunIn(facts.Sender),
        IsBounce = facts.Sender.IsEmpty,
        Tls = offersTls ? TlsUse.Offered : TlsUse.None,
    });

    public void RecipientTaken(IMailboxFilter filter, int entry, in SessionFacts facts) =>
        Add(OfRecipient(LedgerEventKind.RecipientTaken, filter, entry, facts));

    public void RecipientDecided(IMailboxFilter filter, int entry, Reply reply, in SessionFacts facts)
    {
        var outcome = reply.Outcome;
        var happened = facts.Stage == Stage.Data
            ? new LedgerEvent { Kind = LedgerEventKind.RecipientDecided, At = facts.Now.Milliseconds, Connection = facts.Connection }
            : OfRecipient(LedgerEventKind.RecipientDecided, filter, entry, facts);
        Add(happened with { Stage = facts.Stage, Outcome = outcome, Reply = outcome == Outcome.Accepted ? null : reply });
    }

    /// <summary>The greeting, EHLO or MAIL was refused.</summary>
    public void ClientRefused(IMailboxFilter filter, int entry, in SessionFacts facts, Reply reply) => Add(Of(LedgerEventKind.ClientRefused, facts) with
    {
        Provider = entry == 0 ? null : filter.EntryName(entry),
        Stage = facts.Stage,
        Outcome = reply.Outcome,
        Reply = reply,
    });

    public void MessageEnded(in MessageFacts message)
    {
        var isBounce = message.Sender.IsEmpty;
        var id = isBounce ? message.ReturnedId : message.MessageId;
        Add(new LedgerEvent
        {
            Kind = LedgerEventKind.MessageEnded,
            At = message.Now.Milliseconds,
            Connection = message.Connection,
            Message = id.IsEmpty ? 0 : _hash.OfId(id),
            Run = RunOf(isBounce ? message.ReturnedRun : message.Run),
            Outcome = message.Outcome,
            IsReplyLost = message.IsReplyLost,
        });
    }

    public void TransactionAbandoned(uint connection) => Add(Now(LedgerEventKind.TransactionAbandoned, connection));

    public void Misspoke(ProtocolFaults faults, in SessionFacts facts) => Add(Of(LedgerEventKind.Misspoke, facts) with { Faults = faults });

    public void Noted(ClientAct act, uint connection) => Add(act switch
    {
        ClientAct.Reset => Now(LedgerEventKind.Reset, connection),
        ClientAct.SpokeBehindClose => Now(LedgerEventKind.SpokeBehind421, connection),
        _ => Now(LedgerEventKind.TlsEnded, connection) with { Tls = TlsUse.Failed },
    });

    public void TlsEnded(SslProtocols version, bool succeeded, uint connection) => Add(Now(LedgerEventKind.TlsEnded, connection) with
    {
        Tls = !succeeded ? TlsUse.Failed : version is SslProtocols.Tls12 or SslProtocols.Tls13 ? TlsUse.Used : TlsUse.Old,
    });

    /// <summary>A connection ended; of one that a limit kept from its beginning nothing was told before.</summary>
    public void ConnectionClosed(in ConnectionEnd end)
    {
        if (end.Reason is SessionEndReason.TooManyConnections or SessionEndReason.TooManyConnectionsFromAddress)
        {
            Add(Now(LedgerEventKind.ClientRefused, end.Connection) with
            {
                Sender = SenderOf(end.Client, end.User),
                Stage = Stage.Connect,
                Outcome = Outcome.TempFail,
                Reply = end.Reason == SessionEndReason.TooManyConnections ? Full : FullForAddress,
            });
        }

        Add(Now(LedgerEventKind.ConnectionClosed, end.Connection) with { Reason = end.Reason });
    }

    private LedgerEvent Now(LedgerEventKind kind, uint connection) => new() { Kind = kind, At = _clock.ReadMoment().Milliseconds, Connection = connection };

    private LedgerEvent Of(LedgerEventKind kind, in SessionFacts facts) =>
        new() { Kind = kind, At = facts.Now.Milliseconds, Connection = facts.Connection, Sender = SenderOf(facts.ClientAddress, facts.User) };

    // The run of a message that comes back is told by whom it comes back to.
    private LedgerEvent OfRecipient(LedgerEventKind kind, IMailboxFilter filter, int entry, in SessionFacts facts) => new()
    {
        Kind = kind,
        At = facts.Now.Milliseconds,
        Connection = facts.Connection,
        Provider = filter.EntryName(entry),
        Mail = _hash.Of(facts.Sender, facts.Recipient),
        Run = facts.Sender.IsEmpty ? RunIn(facts.Recipient) : default,
    };

    private void Add(in LedgerEvent happened)
    {
        int count, ofConnection;
        lock (_gate)
        {
            // Its end is taken in any case, or the ledger would hold it for open.
            ofConnection = ++_ofConnection[happened.Connection % ConnectionsTold];
            if (_count == _filling.Length || (ofConnection > _mostOfConnection && happened.Kind != LedgerEventKind.ConnectionClosed))
            {
                _dropped++;
                return;
            }

            _filling[_count] = happened;
            count = ++_count;
        }

        if (count == 1)
        {
            _hasSome.Set();
        }
        else if (count == _spare.Length / 2 || ofConnection == _mostOfConnection / 2)
        {
            _isUrgent.Set();
        }
    }

    private void TakeAll()
    {
        while (true)
        {
            _hasSome.WaitOne();
            _isUrgent.WaitOne(Pace);
            if (_isOver)
            {
                return;
            }

            Drain();
        }
    }

    private LedgerSender SenderOf(IPAddress? client, ReadOnlySpan<byte> user)
    {
        var network = SenderTable.NetworkOf(client);
        var known = _lastSender;
        if (known is null || known.Feed != _number || known.Network != network || !user.SequenceEqual(known.User))
        {
            var key = (network, user.IsEmpty ? 0 : _hash.OfId(user));
            if (!_senders.TryGetValue(key, out known))
            {
                known = new KnownSender(_number, network, user.ToArray(), new LedgerSender(SenderTable.NameOf(client), Encoding.UTF8.GetString(user)));
                Keep(_senders, key, known, MostSenders);
            }

            _lastSender = known;
        }

        return known.Sender;
    }

    /// <summary>From a mailbox such as <c>anything+RUN/NUMBER@domain</c>.</summary>
    private RunNumber RunIn(ReadOnlySpan<byte> mailbox)
    {
        var local = mailbox[..Math.Max(0, mailbox.LastIndexOf((byte)'@'))];
        var plus = local.LastIndexOf((byte)'+');
        return plus < 0 ? default : RunOf(local[(plus + 1)..]);
    }

    /// <summary>From <c>RUN/NUMBER</c>; none from anything else.</summary>
    private RunNumber RunOf(ReadOnlySpan<byte> text)
    {
        var slash = text.IndexOf((byte)'/');
        if (slash is < 1 or > LongestRun || text[..slash].ContainsAnyExcept(RunBytes))
        {
            return default;
        }

        var digits = text[(slash + 1)..];
        return digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') || !Utf8Parser.TryParse(digits, out long number, out _)
            ? default
            : new RunNumber(RunNamed(text[..slash]), number);
    }

    private string RunNamed(ReadOnlySpan<byte> name)
    {
        var known = _lastRun;
        if (known is null || known.Feed != _number || !name.SequenceEqual(known.Utf8))
        {
            Span<char> text = stackalloc char[LongestRun];
            text = text[..Encoding.ASCII.GetChars(name, text)];
            if (!_runsByText.TryGetValue(text, out known))
            {
                known = new KnownRun(_number, name.ToArray(), text.ToString());
                Keep(_runs, known.Name, known, MostRuns);
            }

            _lastRun = known;
        }

        return known.Name;
    }

    // What clients could fill the memory with is let go all at once: it is only there to be used again.
    private static void Keep<TKey, TValue>(ConcurrentDictionary<TKey, TValue> known, TKey key, TValue value, int most)
        where TKey : notnull
    {
        if (known.Count >= most)
        {
            known.Clear();
        }

        known.TryAdd(key, value);
    }

    private sealed record KnownSender(int Feed, ClientNetwork Network, byte[] User, LedgerSender Sender);

    private sealed record KnownRun(int Feed, byte[] Utf8, string Name);
}
