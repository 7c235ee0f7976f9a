using System.Numerics;

namespace SmartSink.Ledger.Store;

/// <summary>A key of 16 bytes, made of values that nobody outside can choose: <see cref="Message"/> is never 0.</summary>
internal readonly record struct Pair(ulong Message, ulong Mail);

/// <summary>
/// A set of <see cref="Pair"/>s in two generations: when the young one has grown to its bound it becomes the old one, and the old one is forgotten.
/// A key that is asked for anew becomes young again.
/// </summary>
/// <param name="mostYoung">Bytes at which a generation is full.</param>
internal sealed class PairSet(long mostYoung) : IForgetful
{
    private Generation _young = new();
    private Generation _old = new();

    public long Bytes => _young.Bytes + _old.Bytes;

    public long Forgotten { get; private set; }

    public bool Contains(Pair key) => _young.Contains(key) || _old.Contains(key);

    /// <summary>Adds a key; false when it was there.</summary>
    public bool Add(Pair key)
    {
        if (!_young.Add(key))
        {
            return false;
        }

        var isNew = !_old.Remove(key);
        if (_young.Bytes > mostYoung)
        {
            Age();
        }

        return isNew;
    }

    /// <summary>Takes a key out; false when it was not there.</summary>
    public bool Remove(Pair key) => _young.Remove(key) || _old.Remove(key);

    public bool Forget()
    {
        if (_old.Bytes == 0)
        {
            Age();
        }

        var frees = _old.Bytes > 0;
        Age();
        return frees;
    }

    private void Age()
    {
        Forgotten += _old.Count;
        (_old, _young) = (_young, new Generation());
    }

    /// <summary>An open hash table with linear probing, in parts that grow each by itself: no growth needs much memory at once.</summary>
    private sealed class Generation
    {
        private const int Parts = 64;
        private const int FirstLength = 64;
        private const int PairLength = 16;

        private readonly Pair[]?[] _parts = new Pair[]?[Parts];
        private readonly int[] _counts = new int[Parts];

        public long Bytes { get; private set; }

        public long Count { get; private set; }

        public bool Contains(Pair key)
        {
            var hash = HashOf(key);
            return _parts[PartOf(hash)] is { } part && part[PlaceOf(part, hash, key)].Message != 0;
        }

        public bool Add(Pair key)
        {
            var hash = HashOf(key);
            var number = PartOf(hash);
            var part = _parts[number] ??= Allocate(FirstLength);
            var place = PlaceOf(part, hash, key);
            if (part[place].Message != 0)
            {
                return false;
            }

            if ((_counts[number] + 1) * 4 > part.Length * 3)
            {
                part = _parts[number] = Grow(part);
                place = PlaceOf(part, hash, key);
            }

            part[place] = key;
            _counts[number]++;
            Count++;
            return true;
        }

        public bool Remove(Pair key)
        {
            var hash = HashOf(key);
            var number = PartOf(hash);
            if (_parts[number] is not { } part)
            {
                return false;
            }

            var gap = PlaceOf(part, hash, key);
            if (part[gap].Message == 0)
            {
                return false;
            }

            // What stands behind moves up where that brings it no farther than its own place: a search never ends too early.
            var mask = part.Length - 1;
            for (var place = (gap + 1) & mask; part[place].Message != 0; place = (place + 1) & mask)
            {
                if (((place - FirstPlaceOf(part, HashOf(part[place]))) & mask) >= ((place - gap) & mask))
                {
                    part[gap] = part[place];
                    gap = place;
                }
            }

            part[gap] = default;
            _counts[number]--;
            Count--;
            return true;
        }

        private static ulong HashOf(Pair key)
        {
            var hash = (key.Message ^ BitOperations.RotateLeft(key.Mail, 32)) * 0x9E3779B97F4A7C15;
            return hash ^ (hash >> 32);
        }

        private static int PartOf(ulong hash) => (int)(hash >> 58);

        private static int FirstPlaceOf(Pair[] part, ulong hash) => (int)hash & (part.Length - 1);

        /// <summary>Where the key is, or where it would be added.</summary>
        private static int PlaceOf(Pair[] part, ulong hash, Pair key)
        {
            var place = FirstPlaceOf(part, hash);
            while (part[place].Message != 0 && part[place] != key)
            {
                place = (place + 1) & (part.Length - 1);
            }

            return place;
        }

        private Pair[] Allocate(int length)
        {
            Bytes += (long)length * PairLength;
            return new Pair[length];
        }

        private Pair[] Grow(Pair[] part)
        {
            var grown = Allocate(part.Length * 2);
            foreach (var key in part)
            {
                if (key.Message != 0)
                {
                    grown[PlaceOf(grown, HashOf(key), key)] = key;
                }
            }

            Bytes -= (long)part.Length * PairLength;
            return grown;
        }
    }
}
