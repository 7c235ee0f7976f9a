using System.Buffers.Text;
using System.Net;
using System.Numerics;

namespace SmartSink.Events;

/// <summary>
/// The last things that happened, each as JSON with a number of its own. Writers follow each other, each for as long as its bytes take to copy;
/// readers hold nobody up and are told when what they copied was overwritten meanwhile. Its memory is taken as it fills, and used again.
/// </summary>
/// <param name="capacity">How many are kept.</param>
/// <param name="start">The number before the first.</param>
internal sealed class EventRing(int capacity, long start = 0)
{
    private readonly long _start = start;
    private readonly Slot?[] _slots = new Slot?[capacity];
    private readonly Lock _writing = new();
    private long _last = start;
    private TaskCompletionSource? _awaited;

    /// <summary>The number of the newest.</summary>
    public long LastId => Volatile.Read(ref _last);

    /// <summary>The number of the oldest that is kept; above <see cref="LastId"/> when there is none.</summary>
    public long FirstId => Math.Max(_start, LastId - _slots.Length) + 1;

    /// <summary>How many that came after a number are not kept any more; 0 for a number from before the first.</summary>
    public long Missed(long after) => after < _start ? 0 : Math.Max(0, FirstId - 1 - after);

    /// <summary>Adds one; the oldest makes room.</summary>
    /// <param name="marks">What it can be chosen by.</param>
    /// <param name="json">An object with one member at least; its number becomes the first.</param>
    /// <param name="domains">The domains that it is about, in lower case, a line feed before and behind each.</param>
    public void Add(in EventMarks marks, ReadOnlySpan<byte> json, ReadOnlySpan<byte> domains = default)
    {
        lock (_writing)
        {
            var id = _last + 1;
            ref var slot = ref _slots[id % _slots.Length];
            slot ??= new Slot();
            slot.Write(id, marks, json[1..], domains);

            // With a fence, so that whoever waits from now on sees the number, or is seen here.
            Interlocked.Exchange(ref _last, id);
        }

        if (Volatile.Read(ref _awaited) is not null)
        {
            Interlocked.Exchange(ref _awaited, null)?.TrySetResult();
        }
    }

    /// <summary>Copies one; false when it is not there any more.</summary>
    /// <param name="id">Its number, at most <see cref="LastId"/>.</param>
    /// <param name="copy">Takes it.</param>
    public bool TryCopy(long id, EventCopy copy) => Volatile.Read(ref _slots[id % _slots.Length])?.TryCopy(id, copy) ?? false;

    /// <summary>Comes to its end when there is one with a higher number; now and then before that.</summary>
    public Task WaitAsync(long after)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var awaited = Interlocked.CompareExchange(ref _awaited, mine, null) ?? mine;
        return LastId > after ? Task.CompletedTask : awaited.Task;
    }

    /// <summary>The place of one event. It has a number only while its bytes stand still.</summary>
    private sealed class Slot
    {
        private const int LeastRoom = 512;

        private long _id;
        private EventMarks _marks;
        private byte[] _bytes = [];
        private int _json;
        private int _length;

        public void Write(long id, in EventMarks marks, ReadOnlySpan<byte> json, ReadOnlySpan<byte> domains)
        {
            Interlocked.Exchange(ref _id, 0);
            Interlocked.MemoryBarrier();
            var length = json.Length + domains.Length;
            if (_bytes.Length < length)
            {
                _bytes = new byte[Math.Max(LeastRoom, BitOperations.RoundUpToPowerOf2((uint)length))];
            }

            json.CopyTo(_bytes);
            domains.CopyTo(_bytes.AsSpan(json.Length));
            (_marks, _json, _length) = (marks, json.Length, length);
            Volatile.Write(ref _id, id);
        }

        public bool TryCopy(long id, EventCopy copy)
        {
            if (Volatile.Read(ref _id) != id)
            {
                return false;
            }

            // A writer may come meanwhile: nothing is believed before the number was seen again, but nothing may break either.
            var (marks, bytes, json, length) = (_marks, _bytes, _json, _length);
            if ((uint)length > (uint)bytes.Length || (uint)json > (uint)length)
            {
                return false;
            }

            copy.Take(id, marks, bytes.AsSpan(0, length), json);
            Interlocked.MemoryBarrier();
            return Volatile.Read(ref _id) == id;
        }
    }
}

/// <summary>What kind of thing happened.</summary>
internal enum EventKind : byte
{
    /// <summary>A recipient, message or client was refused.</summary>
    Refusal,

    /// <summary>A message came to its end of data.</summary>
    Message,

    /// <summary>A connection ended.</summary>
    Connection,

    /// <summary>An override was added, ended or was removed.</summary>
    Override,

    /// <summary>Files were read anew.</summary>
    Reload,

    /// <summary>A schedule of the policy began or ended.</summary>
    Schedule,

    /// <summary>More happened in a second than is told.</summary>
    Sampled,
}

/// <summary>What an event can be chosen by beside its domains.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Outcomes">A bit for each outcome that it tells of, by the outcome's number.</param>
/// <param name="Client">The client; null for none.</param>
internal readonly record struct EventMarks(EventKind Kind, int Outcomes = 0, IPAddress? Client = null);

/// <summary>An event that a reader has for itself. Used again and again.</summary>
internal sealed class EventCopy
{
    private const int LongestStart = 32;

    private byte[] _bytes = new byte[1024];
    private int _start;
    private int _json;
    private int _length;

    /// <summary>Its number.</summary>
    public long Id { get; private set; }

    /// <summary>What it can be chosen by.</summary>
    public EventMarks Marks { get; private set; }

    /// <summary>The object, on one line.</summary>
    public ReadOnlyMemory<byte> Json => _bytes.AsMemory(_start, _json);

    /// <summary>Whether it is about a domain.</summary>
    /// <param name="line">The domain's octets between two line feeds.</param>
    public bool IsAbout(ReadOnlySpan<byte> line) => _bytes.AsSpan((_start + _json).._length).IndexOf(line) >= 0;

    /// <summary>Takes the bytes of an event: its object without the first brace, and its domains behind it.</summary>
    public void Take(long id, in EventMarks marks, ReadOnlySpan<byte> bytes, int json)
    {
        if (_bytes.Length < LongestStart + bytes.Length)
        {
            _bytes = new byte[BitOperations.RoundUpToPowerOf2((uint)(LongestStart + bytes.Length))];
        }

        // The number is written from behind, up to where the object goes on.
        Span<byte> start = stackalloc byte[LongestStart];
        "{\"id\":"u8.CopyTo(start);
        Utf8Formatter.TryFormat(id, start[6..], out var digits);
        start[6 + digits] = (byte)',';
        start = start[..(7 + digits)];
        _start = LongestStart - start.Length;
        start.CopyTo(_bytes.AsSpan(_start));
        bytes.CopyTo(_bytes.AsSpan(LongestStart));
        (Id, Marks, _json, _length) = (id, marks, start.Length + json, LongestStart + bytes.Length);
    }
}
