using System.Buffers.Binary;
using System.Collections.Concurrent;
using SmartSink.Behaviour.State;

namespace SmartSink.Behaviour.Limits;

/// <summary>What is remembered of the dialogs that go on: which providers they have named. It stays in this process, whoever shares the rest.</summary>
internal sealed class DialogTable
{
    private readonly ConcurrentDictionary<uint, Dialog> _open = [];

    /// <summary>The dialog of a connection, which is a new one at its first call. Its owner is the session that asks.</summary>
    public Dialog Of(uint connection) => _open.TryGetValue(connection, out var dialog) ? dialog : _open.GetOrAdd(connection, static _ => new Dialog());

    /// <summary>Ends a dialog: what it counted among the connections is given back.</summary>
    public void End(uint connection, ISenderMemory memory)
    {
        if (_open.TryRemove(connection, out var dialog))
        {
            dialog.Leave(memory);
        }
    }
}

/// <summary>One connection's way past providers. One owner at a time.</summary>
internal sealed class Dialog
{
    /// <summary>A dialog that names more providers forgets those that it named first.</summary>
    public const int MostVisits = 64;

    private Visit[] _visits = new Visit[1];
    private int _count;
    private int _last;

    /// <summary>What the dialog has done at a provider.</summary>
    /// <param name="provider">The provider's key.</param>
    /// <param name="memory">Told of the connection when a visit is forgotten.</param>
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

    /// <summary>The connection is over, or is to count no longer.</summary>
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

    /// <summary>Where the connection counts, if it does.</summary>
    public StateKey Network;

    public bool HasJoined;

    /// <summary>Messages that have named the provider.</summary>
    public int Messages;

    /// <summary>Recipients of the message that named it last.</summary>
    public int Recipients;

    private ulong _message;

    /// <summary>Whether a transaction is another than that of the provider's last recipient.</summary>
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

    // The last characters of an id count up: those of one dialog differ.
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
