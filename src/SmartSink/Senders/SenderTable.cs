using System.Collections.Concurrent;
using System.Net;
using SmartSink.Behaviour.State;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Senders;

/// <summary>
/// Who sends, by client network: an IPv4 address or the first 64 bits of an IPv6 address. Of more networks than there is room for, the one seen least
/// recently makes room. A message takes no lock but once in a millisecond for each sender, and allocates nothing.
/// </summary>
/// <param name="capacity">How many networks are known at most; at least 1.</param>
internal sealed class SenderTable(int capacity = SenderTable.DefaultCapacity)
{
    /// <summary>Networks that are known at most.</summary>
    public const int DefaultCapacity = 1_000;

    /// <summary>Bits of an address of which its network is made, by its version.</summary>
    public const int Net4 = 32;

    /// <inheritdoc cref="Net4"/>
    public const int Net6 = 64;

    /// <summary>The sender that the thread has met last: most likely the next one, too.</summary>
    [ThreadStatic]
    private static SenderRow? _last;

    private readonly RetryTable _retries = new();
    private readonly StateKeys _keys = new();
    private readonly ConcurrentDictionary<ClientNetwork, SenderRow> _byNetwork = new();
    private readonly Lock _gate = new();

    // A ring by the time at which they were seen last, the newest first behind this one, which stands for nobody.
    private readonly SenderRow _ring = new(null, default, string.Empty, 0);
    private int _count;
    private long _leftOut;

    /// <summary>Networks that made room for others.</summary>
    public long LeftOut => Volatile.Read(ref _leftOut);

    /// <summary>Recipients refused for now of whom a next try would not be noticed, since they made room for others.</summary>
    public long Forgotten => _retries.Forgotten;

    /// <summary>All that are known, in no order.</summary>
    public IEnumerable<SenderRow> All => _byNetwork.Select(pair => pair.Value);

    /// <summary>Whose network a client is in.</summary>
    public static ClientNetwork NetworkOf(IPAddress? client) => ClientNetwork.Of(client, Net4, Net6);

    /// <summary>That network for people: <c>192.0.2.1/32</c>.</summary>
    public static string NameOf(IPAddress? client) => client is null ? "unknown" : ClientNetwork.NameOf(client, Net4, Net6);

    /// <summary>A dialog has begun.</summary>
    public void DialogBegan(in SessionFacts facts) => Interlocked.Increment(ref Of(facts).Connections);

    /// <summary>A greeting, EHLO or MAIL was refused.</summary>
    public void ClientRefused(in SessionFacts facts) => Interlocked.Increment(ref Of(facts).Refused);

    /// <summary>A recipient was accepted at RCPT: for good, as far as is known, or with a reply that waits for the end of data.</summary>
    public void RecipientTaken(in SessionFacts facts, Reply? kept)
    {
        if (kept is { Outcome: Outcome.TempFail })
        {
            Try(Of(facts), facts, isRefusedForNow: true);
        }
        else if (!_retries.IsEmpty)
        {
            Try(Of(facts), facts, isRefusedForNow: false);
        }
    }

    /// <summary>A recipient came to its outcome.</summary>
    public void RecipientDecided(in SessionFacts facts, Reply reply)
    {
        var row = Of(facts);
        Interlocked.Increment(ref row.Recipients);
        if (reply.Outcome != Outcome.Accepted)
        {
            Interlocked.Increment(ref row.Refused);
            if (facts.Stage == Stage.Rcpt)
            {
                Try(row, facts, isRefusedForNow: reply.Outcome == Outcome.TempFail);
            }
        }
    }

    /// <summary>A message came to its end. Its recipients were told of before.</summary>
    public void MessageEnded(IPAddress? client)
    {
        if (Find(NetworkOf(client)) is { } row)
        {
            Interlocked.Increment(ref row.Messages);
        }
    }

    /// <summary>Makes room where it was wanting; once in a while, one call at a time.</summary>
    public void Tend() => _retries.Tend();

    private void Try(SenderRow row, in SessionFacts facts, bool isRefusedForNow)
    {
        if (!isRefusedForNow && _retries.IsEmpty)
        {
            return;
        }

        var key = row.Keys.AddIgnoringCase(facts.Sender).AddIgnoringCase(facts.Recipient).KeyOf(StateKind.Greylist);
        if (_retries.Try(key, isRefusedForNow, facts.Now.Milliseconds) is { } gap)
        {
            row.GapsForAdding.Add(gap);
            Interlocked.Increment(ref row.Retries);
        }
    }

    private SenderRow Of(in SessionFacts facts)
    {
        var network = NetworkOf(facts.ClientAddress);
        var now = facts.Now.Milliseconds;
        var row = Find(network) ?? Add(network, facts.ClientAddress, now);
        if (Volatile.Read(ref row.LastSeen) < now)
        {
            See(row, now);
        }

        _last = row;
        return row;
    }

    private SenderRow? Find(ClientNetwork network)
    {
        var last = _last;
        return last is not null && last.Network == network && last.Table == this ? last : _byNetwork.GetValueOrDefault(network);
    }

    private SenderRow Add(ClientNetwork network, IPAddress? client, long now)
    {
        lock (_gate)
        {
            if (_byNetwork.TryGetValue(network, out var row))
            {
                return row;
            }

            if (_count == capacity)
            {
                var oldest = _ring.Previous;
                oldest.Table = null;
                oldest.Unlink();
                _byNetwork.TryRemove(oldest.Network, out _);
                Volatile.Write(ref _leftOut, _leftOut + 1);
            }
            else
            {
                _count++;
            }

            row = new SenderRow(this, network, NameOf(client), now)
            {
                Keys = _keys.Begin(scope: 0).Add(network),
            };
            row.LinkBehind(_ring);
            _byNetwork.TryAdd(network, row);
            return row;
        }
    }

    private void See(SenderRow row, long now)
    {
        lock (_gate)
        {
            if (row.Table is not null && row.LastSeen < now)
            {
                Volatile.Write(ref row.LastSeen, now);
                row.Unlink();
                row.LinkBehind(_ring);
            }
        }
    }
}

/// <summary>What is known of one client network; counts go up by <see cref="Interlocked"/>.</summary>
internal sealed class SenderRow
{
    /// <summary>Dialogs begun.</summary>
    public long Connections;

    /// <summary>Messages that came to their end of data.</summary>
    public long Messages;

    /// <summary>Recipients that came to their outcome.</summary>
    public long Recipients;

    /// <summary>Recipients refused, and greetings, EHLO and MAIL.</summary>
    public long Refused;

    /// <summary>Recipients tried again after a refusal for now.</summary>
    public long Retries;

    /// <summary>The <see cref="Moment.Milliseconds"/> at which it was seen last.</summary>
    public long LastSeen;

    private RetryGaps? _gaps;

    public SenderRow(SenderTable? table, ClientNetwork network, string name, long now)
    {
        (Table, Network, Name, FirstSeen, LastSeen) = (table, network, name, now, now);
        Next = Previous = this;
    }

    public ClientNetwork Network { get; }

    /// <summary>Begins the keys of its recipients.</summary>
    public KeyBuilder Keys { get; init; }

    /// <summary>The network for people: <c>192.0.2.1/32</c>.</summary>
    public string Name { get; }

    /// <summary>The <see cref="Moment.Milliseconds"/> at which it was seen first.</summary>
    public long FirstSeen { get; }

    /// <summary>How long it waits before it tries again; null before the first such try.</summary>
    public RetryGaps? Gaps => Volatile.Read(ref _gaps);

    public RetryGaps GapsForAdding => Gaps ?? Interlocked.CompareExchange(ref _gaps, new RetryGaps(), null) ?? _gaps;

    /// <summary>Where it is known; null once it has made room.</summary>
    public SenderTable? Table { get; set; }

    /// <summary>Its neighbours in the table's ring: the table's alone.</summary>
    public SenderRow Next { get; private set; }

    /// <inheritdoc cref="Next"/>
    public SenderRow Previous { get; private set; }

    public void Unlink()
    {
        Next.Previous = Previous;
        Previous.Next = Next;
    }

    public void LinkBehind(SenderRow row)
    {
        (Previous, Next) = (row, row.Next);
        Next.Previous = this;
        row.Next = this;
    }
}
