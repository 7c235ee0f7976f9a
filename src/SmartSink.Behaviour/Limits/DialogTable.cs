using System.Buffers.Binary;
using System.Collections.Concurrent;
using SmartSink.Behaviour.State;

namespace SmartSink.Behaviour.Limits;

/// <summary>
/// The open dialogs, with the providers that each has named. Kept in this process even if the rest of the memory is shared.
/// </summary>
internal sealed class DialogTable
{
    private readonly ConcurrentDictionary<uint, Dialog> _open = [];

    /// <summary>The dialog of a connection, created by the first call. It is owned by the session that asks.</summary>
    public Dialog Of(uint connection) => _open.TryGetValue(connection, out var dialog) ? dialog : _open.GetOrAdd(connection, static _ => new Dialog());

    /// <summary>Ends a dialog: its connection no longer counts at any provider.</summary>
    public void End(uint connection, ISenderMemory memory)
    {
        if (_open.TryRemove(connection, out var dialog))
        {
            dialog.Leave(memory);
        }
    }
}

/// <summary>The providers that one connection has named. One owner at a time.</summary>
internal sealed class Dialog
{
    /// <summary>How many providers are remembered; beyond that, those named first are forgotten.</summary>
    public const int MostVisits = 64;

    private Visit[] _visits = new Visit[1];
    private int _count;
    private int _last;

    /// <summary>What the dialog has done at a provider.</summary>
    /// <param name="provider">The provider's key.</param>
    /// <param name="memory">Is notified that the connection no longer counts when a visit is forgotten.</param>
    public ref Visit At(ulong provider, ISenderMemory memory)
    {
        if (_last < _count && _visits[_last].Provider == provider)
        {
            return ref _visits[_last];
        }

        for (var i = 0; i < _count; i++)
        {
            if (_visits[i].Provider == provider)
            {
                _last = i;
                return ref _visits[i];
            }
        }

        if (_count == MostVisits)
        {
            Leave(_visits[0], memory);
            _visits.AsSpan(1).CopyTo(_visits);
            _count--;
        }
        else if (_count == _visits.Length)
        {
            Array.Resize(ref _visits, _count * 2);
        }

        _last = _count++;
        ref var visit = ref _visits[_last];
        visit = new Visit { Provider = provider };
        return ref visit;
    }

    /// <summary>The connection is over, or must no longer count.</summary>
    public void Leave(ISenderMemory memory)
    {
        for (var i = 0; i < _count; i++)
        {
            Leave(_visits[i], memory);
        }

        _count = _last = 0;
    }

    private static void Leave(Visit visit, ISenderMemory memory)
    {
        if (visit.HasJoined)
        {
            memory.Disconnect(visit.Network);
        }
    }
}

/// <summary>What one dialog has done at one provider.</summary>
internal struct Visit
{
    public ulong Provider;

    /// <summary>The network under which the connection counts, if it does.</summary>
    public StateKey Network;

    public bool HasJoined;

    /// <summary>How many messages have named the provider.</summary>
    public int Messages;

    /// <summary>How many recipients the last message that named it has.</summary>
    public int Recipients;

    private ulong _message;

    /// <summary>Whether a transaction is a different one from that of the provider's last recipient.</summary>
    public readonly bool IsNewMessage(ReadOnlySpan<byte> transaction) => Messages == 0 || _message != NumberOf(transaction);

    /// <summary>Counts a recipient that no limit refused.</summary>
    public void Count(ReadOnlySpan<byte> transaction)
    {
        if (IsNewMessage(transaction))
        {
            _message = NumberOf(transaction);
            Messages++;
            Recipients = 0;
        }

        Recipients++;
    }

    // Ids differ in their last characters, which are a counter: those of one dialog are distinct.
    private static ulong NumberOf(ReadOnlySpan<byte> transaction)
    {
        if (transaction.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(transaction[^sizeof(ulong)..]);
        }

        var number = 0UL;
        foreach (var character in transaction)
        {
            number = (number << 8) | character;
        }

        return number;
    }
}
