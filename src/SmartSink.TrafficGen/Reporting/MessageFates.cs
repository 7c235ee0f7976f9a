namespace SmartSink.TrafficGen.Reporting;

/// <summary>What became of each message of a run, in two bits a message. For several threads at once.</summary>
internal sealed class MessageFates
{
    private const int Chunk = 1 << 16;
    private const int InWord = 16;

    private readonly Lock _lock = new();
    private volatile int[][] _chunks = [];
    private long _count;

    /// <summary>One more than the highest number of which anything is known.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>What became of a message.</summary>
    public MessageFate this[long number] =>
        number / Chunk is var chunk && chunk < _chunks.Length ? (MessageFate)((_chunks[chunk][number % Chunk / InWord] >> Shift(number)) & 3) : MessageFate.Unknown;

    /// <summary>Notes it; once for each message.</summary>
    public void Set(long number, MessageFate fate)
    {
        while (number / Chunk >= _chunks.Length)
        {
            lock (_lock)
            {
                _chunks = number / Chunk < _chunks.Length ? _chunks : [.. _chunks, new int[Chunk / InWord]];
            }
        }

        Interlocked.Or(ref _chunks[number / Chunk][number % Chunk / InWord], (int)fate << Shift(number));
        for (var count = Count; number >= count;)
        {
            count = Interlocked.CompareExchange(ref _count, number + 1, count) is var seen && seen == count ? number + 1 : seen;
        }
    }

    private static int Shift(long number) => (int)(number % InWord) * 2;
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
