namespace SmartSink.TrafficGen.Reporting;

/// <summary>What became of each message of a run, in two bits a message, and when it was sent first, in four bytes. For several threads at once.</summary>
/// <param name="clock">Tells the time.</param>
internal sealed class MessageFates(TimeProvider clock)
{
    private const int Chunk = 1 << 16;
    private const int InWord = 16;

    private readonly Lock _lock = new();
    private readonly long _began = clock.GetTimestamp();
    private volatile Part[] _parts = [];
    private long _count;

    /// <summary>When the run began, from which <see cref="SentAt"/> counts.</summary>
    public DateTimeOffset Began { get; } = clock.GetUtcNow();

    /// <summary>One more than the highest number of which anything is known.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>What became of a message.</summary>
    public MessageFate this[long number] =>
        number / Chunk is var part && part < _parts.Length ? (MessageFate)((_parts[part].Fates[number % Chunk / InWord] >> Shift(number)) & 3) : MessageFate.Unknown;

    /// <summary>When a message was sent first, in milliseconds; null when it was not.</summary>
    public long? SentAt(long number) => number / Chunk is var part && part < _parts.Length && _parts[part].Sent[number % Chunk] is not 0 and var sent ? sent - 1L : null;

    /// <summary>Notes that a message is being sent; the first time counts.</summary>
    public void Begin(long number)
    {
        var now = (uint)Math.Clamp(clock.GetElapsedTime(_began).TotalMilliseconds + 1, 1, uint.MaxValue);
        Interlocked.CompareExchange(ref PartOf(number).Sent[number % Chunk], now, 0);
    }

    /// <summary>Notes it; once for each message.</summary>
    public void Set(long number, MessageFate fate)
    {
        Interlocked.Or(ref PartOf(number).Fates[number % Chunk / InWord], (int)fate << Shift(number));
        for (var count = Count; number >= count;)
        {
            count = Interlocked.CompareExchange(ref _count, number + 1, count) is var seen && seen == count ? number + 1 : seen;
        }
    }

    private static int Shift(long number) => (int)(number % InWord) * 2;

    private Part PartOf(long number)
    {
        while (number / Chunk >= _parts.Length)
        {
            lock (_lock)
            {
                _parts = number / Chunk < _parts.Length ? _parts : [.. _parts, new Part(new int[Chunk / InWord], new uint[Chunk])];
            }
        }

        return _parts[number / Chunk];
    }

    /// <summary>What is known of numbers that follow one another.</summary>
    /// <param name="Fates">In two bits each.</param>
    /// <param name="Sent">When each was sent, in milliseconds, one more than since the run began; 0 for one that was not.</param>
    private sealed record Part(int[] Fates, uint[] Sent);
}

/// <summary>What a run knows of one of its messages.</summary>
internal enum MessageFate
{
    /// <summary>It was not sent, or was lost without an answer.</summary>
    Unknown,

    /// <summary>Accepted for at least one recipient.</summary>
    Accepted,

    /// <summary>Refused for all of them.</summary>
    Refused,

    /// <summary>It stands in the queue of a run that behaves well.</summary>
    Waiting,
}
