using System.Net;
using System.Security.Authentication;
using SmartSink.Smtp.Server;

namespace SmartSink.Connections;

/// <summary>
/// All open connections, each in a slot of its own that it keeps, so that the heartbeat walks over them without a lock; and the limits
/// on their number.
/// </summary>
/// <param name="maxConnections">At least 1.</param>
/// <param name="maxPerAddress">0 for no limit.</param>
internal sealed class ConnectionRegistry(int maxConnections, int maxPerAddress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private readonly Stack<int> _freeSlots = new();
    private IOpenConnection?[] _slots = new IOpenConnection?[64];
    private int _used;
    private int _count;
    private TaskCompletionSource? _empty;

    /// <summary>How many connections are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The slots, some of them empty. A connection that comes or goes meanwhile may or may not be seen.</summary>
    public ReadOnlySpan<IOpenConnection?> Slots
    {
        get
        {
            // In this order: the array only grows, so it has at least as many slots as were in use a moment before.
            var used = Volatile.Read(ref _used);
            return Volatile.Read(ref _slots).AsSpan(0, used);
        }
    }

    /// <summary>
    /// Takes a connection in, unless a limit forbids it; then the answer names the limit, else it is <see cref="SessionEndReason.None"/>.
    /// One whose address is not known counts for none.
    /// </summary>
    public SessionEndReason TryAdd(IOpenConnection connection)
    {
        lock (_lock)
        {
            if (_count >= maxConnections)
            {
                return SessionEndReason.TooManyConnections;
            }

            if (!TryCount(connection))
            {
                return SessionEndReason.TooManyConnectionsFromAddress;
            }

            connection.Slot = TakeSlot();
            Volatile.Write(ref _slots[connection.Slot], connection);
            _count++;
            return SessionEndReason.None;
        }
    }

    /// <summary>Counts a connection by a proxy for its client's address, now that its header has come. False when the limit forbids it.</summary>
    public bool TryCountAddress(IOpenConnection connection)
    {
        lock (_lock)
        {
            return TryCount(connection);
        }
    }

    /// <summary>Lets a connection go. To be called once for each that was taken in.</summary>
    public void Remove(IOpenConnection connection)
    {
        lock (_lock)
        {
            Volatile.Write(ref _slots[connection.Slot], null);
            _freeSlots.Push(connection.Slot);
            if (connection.IsCounted)
            {
                var present = _perAddress[connection.ClientAddress];
                if (present == 1)
                {
                    _perAddress.Remove(connection.ClientAddress);
                }
                else
                {
                    _perAddress[connection.ClientAddress] = present - 1;
                }
            }

            if (--_count == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    /// <summary>Completes as soon as no connection is open.</summary>
    public Task WhenEmpty()
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                return Task.CompletedTask;
            }

            if (_empty is null || _empty.Task.IsCompleted)
            {
                _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return _empty.Task;
        }
    }

    /// <summary>
    /// Open connections in the order of their numbers, from one of these on. Those that are open all the while stand in one page each of those that begin
    /// where the one before it ended, whoever comes and goes.
    /// </summary>
    /// <param name="from">The lowest number.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="isWanted">Whether one with this client is.</param>
    /// <param name="next">The number to go on with; null behind the last.</param>
    public List<ConnectionStatus> List(uint from, int count, Func<IPAddress, bool> isWanted, out uint? next)
    {
        var found = new List<IOpenConnection>();
        foreach (var connection in Slots)
        {
            if (connection is not null && connection.Id >= from && isWanted(connection.DialogAddress))
            {
                found.Add(connection);
            }
        }

        found.Sort(static (first, second) => first.Id.CompareTo(second.Id));
        next = found.Count > count ? found[count].Id : null;
        return [.. found.Take(count).Select(connection => connection.Describe())];
    }

    /// <summary>Has every connection look at its deadline and at whether the server stops.</summary>
    public void AttendAll()
    {
        foreach (var connection in Slots.ToArray())
        {
            connection?.Attend();
        }
    }

    private bool TryCount(IOpenConnection connection)
    {
        if (maxPerAddress > 0 && connection.IsAddressKnown)
        {
            var present = _perAddress.GetValueOrDefault(connection.ClientAddress);
            if (present >= maxPerAddress)
            {
                return false;
            }

            _perAddress[connection.ClientAddress] = present + 1;
            connection.IsCounted = true;
        }

        return true;
    }

    private int TakeSlot()
    {
        if (_freeSlots.TryPop(out var slot))
        {
            return slot;
        }

        if (_used == _slots.Length)
        {
            var larger = new IOpenConnection?[_slots.Length * 2];
            _slots.CopyTo(larger, 0);
            Volatile.Write(ref _slots, larger);
        }

        slot = _used;
        Volatile.Write(ref _used, slot + 1);
        return slot;
    }
}

/// <summary>An open connection as the registry and the heartbeat see it.</summary>
internal interface IOpenConnection
{
    /// <summary>The connection's number in this process, which no other has.</summary>
    uint Id { get; }

    /// <summary>The address of the client for whom the dialog is, which XCLIENT may have said. For any thread.</summary>
    IPAddress DialogAddress { get; }

    /// <summary>The client's address, IPv4-mapped IPv6 already unmapped; the proxy's until its header has come, 127.0.0.1 over a Unix socket.</summary>
    IPAddress ClientAddress { get; }

    /// <summary>Whether <see cref="ClientAddress"/> is the client's own: behind a proxy not before its header has come, and over a Unix socket only if a header names one.</summary>
    bool IsAddressKnown { get; }

    /// <summary>Whether the registry counts the connection for its address.</summary>
    bool IsCounted { get; set; }

    /// <summary>The connection's place in the registry.</summary>
    int Slot { get; set; }

    /// <summary>When, in milliseconds of the moment, <see cref="Attend"/> should be called; read by the heartbeat from its own thread.</summary>
    long Deadline { get; }

    /// <summary>Whether a reply waits for <see cref="Deadline"/>, which is then to be kept to the millisecond; read by the heartbeat from its own thread.</summary>
    bool IsPausing { get; }

    /// <summary>The heartbeat's alone: the next of those that are due at the same time, itself for the last one; null for who is not expected.</summary>
    IOpenConnection? NextDue { get; set; }

    /// <summary>Whether the connection waits, and was not told to do otherwise.</summary>
    bool IsAtRest { get; }

    /// <summary>Has the connection look at its deadline and at whether the server stops. For any thread.</summary>
    void Attend();

    /// <summary>What it is doing. For any thread: each part is read whole, and may be a moment old.</summary>
    ConnectionStatus Describe();
}

/// <summary>What an open connection is doing.</summary>
/// <param name="Id">Its number, as in the log.</param>
/// <param name="Listener">The listener's name.</param>
/// <param name="Client">The client's address, or the one that XCLIENT said.</param>
/// <param name="OpenedAt">When it was accepted, in <see cref="Smtp.Replies.Moment.Milliseconds"/>, to a tenth of a second.</param>
/// <param name="Phase">Where its dialog stands.</param>
/// <param name="Helo">The name given with EHLO or HELO; empty for none.</param>
/// <param name="User">The user that it authenticated as; empty for none.</param>
/// <param name="Tls">The version of TLS; none without.</param>
/// <param name="Messages">How many messages have come.</param>
internal sealed record ConnectionStatus(
    uint Id, string Listener, IPAddress Client, long OpenedAt, DialogPhase Phase, string Helo, string User, SslProtocols Tls, int Messages);
