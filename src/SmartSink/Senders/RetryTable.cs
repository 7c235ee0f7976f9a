using System.Numerics;
using SmartSink.Behaviour.State;

namespace SmartSink.Senders;

/// <summary>
/// Recipients that were refused for now, with the time of the last try, so that the next one tells how long the sender has waited. A hash index:
/// eight words of 64 bits to a place, each half a key's tag and half a time. A word is read and exchanged whole, so nothing waits; where
/// a place is full, the oldest makes room, and the table is larger from the next <see cref="Tend"/> on. It begins small, since what every recipient
/// looks into had better be near to the processor.
/// </summary>
/// <param name="firstPlaces">How many places there are at first: a power of two.</param>
/// <param name="mostPlaces">How many there are at last.</param>
internal sealed class RetryTable(int firstPlaces = 1024, int mostPlaces = 64 * 1024)
{
    /// <summary>What a wait is measured in, so that 32 bits of them are more than a year.</summary>
    public const int UnitMilliseconds = 10;

    private const int Ways = 8;
    private const int TagShift = 32;
    private const int Growth = 4;

    private readonly int _firstBits = BitOperations.Log2((uint)firstPlaces * Ways);
    private ulong[]? _words;
    private long _forgotten;
    private long _forgottenBefore;

    /// <summary>Whether nobody was refused for now so far, and so nobody tries again.</summary>
    public bool IsEmpty => Volatile.Read(ref _words) is null;

    /// <summary>Recipients who made room for others before they were tried again.</summary>
    public long Forgotten => Volatile.Read(ref _forgotten);

    /// <summary>A recipient is tried. For any thread.</summary>
    /// <param name="key">Whose try it is: client, sender and recipient.</param>
    /// <param name="isRefusedForNow">Whether another one is to be expected.</param>
    /// <param name="now">Milliseconds of the moment.</param>
    /// <returns>The time since the try before, in units; null unless that was refused for now.</returns>
    public uint? Try(StateKey key, bool isRefusedForNow, long now)
    {
        if ((Volatile.Read(ref _words) ?? (isRefusedForNow ? Begin() : null)) is not { } words)
        {
            return null;
        }

        var tag = Math.Max((uint)key.High, 1);
        var time = (uint)(now / UnitMilliseconds);
        var word = ((ulong)tag << TagShift) | time;
        var place = PlaceOf(words, tag, (uint)key.Low);
        for (var way = 0; way < place.Length; way++)
        {
            var found = Volatile.Read(ref place[way]);
            if ((uint)(found >> TagShift) == tag)
            {
                // Of two that come at once the second finds the word changed: it is no try after the first.
                return Interlocked.CompareExchange(ref place[way], isRefusedForNow ? word : 0, found) == found ? time - (uint)found : null;
            }
        }

        if (isRefusedForNow && Interlocked.Exchange(ref place[OldestOf(place, time)], word) != 0)
        {
            Interlocked.Increment(ref _forgotten);
        }

        return null;
    }

    /// <summary>Makes room, if some was wanting since the call before. One call at a time; what is tried in that moment may be lost.</summary>
    public void Tend()
    {
        var forgotten = Forgotten;
        if (forgotten > _forgottenBefore && _words is { } words && words.Length < mostPlaces * Ways)
        {
            var larger = new ulong[Math.Min(words.Length * Growth, mostPlaces * Ways)];
            for (var at = 0; at < words.Length; at++)
            {
                if (Volatile.Read(ref words[at]) is var word and not 0)
                {
                    // A place's words go to a few places, each of which has them from no other.
                    PlaceOf(larger, (uint)(word >> TagShift), (uint)(at / Ways))[at % Ways] = word;
                }
            }

            Volatile.Write(ref _words, larger);
        }

        _forgottenBefore = forgotten;
    }

    // As the table grows, bits of the tag tell the places apart that one became: a word knows them.
    private Span<ulong> PlaceOf(ulong[] words, uint tag, uint low)
    {
        var parts = (uint)words.Length >> _firstBits;
        return words.AsSpan((int)((low & (uint)(firstPlaces - 1)) + ((tag & (parts - 1)) * (uint)firstPlaces)) * Ways, Ways);
    }

    private static int OldestOf(ReadOnlySpan<ulong> place, uint time)
    {
        var (oldest, age) = (0, 0UL);
        for (var way = 0; way < place.Length; way++)
        {
            var word = Volatile.Read(in place[way]);

            // An empty one is older than any other.
            var own = word == 0 ? ulong.MaxValue : time - (uint)word;
            if (own > age)
            {
                (oldest, age) = (way, own);
            }
        }

        return oldest;
    }

    private ulong[] Begin()
    {
        var words = new ulong[firstPlaces * Ways];
        return Interlocked.CompareExchange(ref _words, words, null) ?? words;
    }
}

/// <summary>How long a sender waits before it tries again: counts by eighths of powers of two, so a value that is read back is at most 7 % off. For any thread.</summary>
internal sealed class RetryGaps
{
    private const int StepBits = 3;
    private const int Steps = 1 << StepBits;
    private const int Buckets = (32 - StepBits + 1) * Steps;

    private readonly int[] _counts = new int[Buckets];
    private uint _longest;

    /// <summary>Adds a wait in units of <see cref="RetryTable.UnitMilliseconds"/>.</summary>
    public void Add(uint units)
    {
        Interlocked.Increment(ref _counts[BucketOf(units)]);
        for (var longest = Volatile.Read(ref _longest); units > longest;)
        {
            var before = Interlocked.CompareExchange(ref _longest, units, longest);
            if (before == longest)
            {
                break;
            }

            longest = before;
        }
    }

    /// <summary>Median, 90th percentile and the longest, in seconds; null when there was none.</summary>
    public (double P50, double P90, double Max)? Read()
    {
        var counts = new int[Buckets];
        var all = 0L;
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            all += counts[bucket] = Volatile.Read(ref _counts[bucket]);
        }

        var longest = Volatile.Read(ref _longest);
        return all == 0 ? null : (At(0.5), At(0.9), Seconds(longest));

        double At(double share)
        {
            var rank = (long)Math.Ceiling(all * share);
            var bucket = 0;
            for (var seen = (long)counts[0]; seen < rank; seen += counts[bucket])
            {
                bucket++;
            }

            return Seconds(Math.Min(MiddleOf(bucket), longest));
        }
    }

    private static double Seconds(double units) => units * RetryTable.UnitMilliseconds / 1000;

    private static int BucketOf(uint units)
    {
        if (units < Steps)
        {
            return (int)units;
        }

        var shift = BitOperations.Log2(units) - StepBits;
        return ((shift + 1) << StepBits) + (int)((units >> shift) & (Steps - 1));
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < Steps)
        {
            return bucket;
        }

        var shift = (bucket >> StepBits) - 1;
        var lowest = (double)((ulong)(Steps + (bucket & (Steps - 1))) << shift);
        return lowest + (((1L << shift) - 1) / 2.0);
    }
}
