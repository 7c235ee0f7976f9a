using System.Runtime.CompilerServices;
using SmartSink.Behaviour.Events;
using SmartSink.Policy.Decisions;

namespace SmartSink.Behaviour.State;

/// <summary>
/// The memory of this process: bounded in number, where the least recently used make room, and in age. It outlives
/// the policy's revisions, and ends with the process.
/// </summary>
internal sealed class SenderMemory : ISenderMemory
{
    public const int DefaultCapacity = 1_000_000;

    /// <summary>The minimum: a decision may need three keys at once.</summary>
    public const int LeastCapacity = 100;

    private const int MostStripes = 64;
    private const int LeastPerStripe = 64;

    private readonly MemoryStripe[] _stripes;

    /// <summary>Starts empty.</summary>
    /// <param name="capacity">How many keys are remembered at most; at least <see cref="LeastCapacity"/>.</param>
    public SenderMemory(int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, LeastCapacity);
        var stripes = 1;
        while (stripes < MostStripes && capacity / (stripes * 2) >= LeastPerStripe)
        {
            stripes *= 2;
        }

        _stripes = [.. Enumerable.Range(0, stripes).Select(_ => new MemoryStripe(capacity / stripes))];
    }

    public long Count => Sum(stripe => stripe.Count);

    /// <summary>How many keys have been evicted so far.</summary>
    public long Evictions => Sum(stripe => stripe.Evictions);

    /// <summary>The memory it takes, in bytes.</summary>
    public long Size => Sum(stripe => stripe.Size);

    /// <summary>How many owners are blocked. Scans all entries.</summary>
    public long CountBlocked(long now) => Sum(stripe => stripe.CountWhere(entry => entry.BlockedUntil > now));

    public void Expect(StateKey key) => StripeOf(key).Expect(key);

    public Admission Admit(in SenderKeys owners, SenderLimits limits, in SenderTry attempt, long now)
    {
        if (owners.Count == 1)
        {
            var stripe = StripeOf(owners[0]);
            lock (stripe.Gate)
            {
                ref var entry = ref stripe.FindOrAdd(owners[0], now);
                return Judge(owners, limits, attempt, now, ref entry, ref entry, ref entry);
            }
        }

        // Always in the same order, to avoid deadlocks.
        Span<int> stripes = stackalloc int[SenderKeys.Most];
        stripes = stripes[..owners.Count];
        for (var i = 0; i < stripes.Length; i++)
        {
            stripes[i] = IndexOf(owners[i]);
        }

        stripes.Sort();
        var entered = 0;
        try
        {
            for (; entered < stripes.Length; entered++)
            {
                // A thread that holds a lock may enter it again.
                _stripes[stripes[entered]].Gate.Enter();
            }

            // Pinned, so that looking up one entry does not evict another that was just found.
            ref var first = ref Pin(owners[0], now);
            ref var second = ref Pin(owners[1], now);
            ref var third = ref owners.Count > 2 ? ref Pin(owners[2], now) : ref first;
            var admission = Judge(owners, limits, attempt, now, ref first, ref second, ref third);
            first.Flags &= ~EntryFlags.Pinned;
            second.Flags &= ~EntryFlags.Pinned;
            third.Flags &= ~EntryFlags.Pinned;
            return admission;
        }
        finally
        {
            while (entered > 0)
            {
                _stripes[stripes[--entered]].Gate.Exit();
            }
        }
    }

    public void CountPermFail(in SenderKeys owners, SenderLimits limits, long now)
    {
        for (var i = 0; i < owners.Count; i++)
        {
            if (!owners.Shares(i))
            {
                continue;
            }

            var stripe = StripeOf(owners[i]);
            lock (stripe.Gate)
            {
                ref var entry = ref stripe.Find(owners[i], now);
                if (!Unsafe.IsNullRef(ref entry) && entry.PermFails < entry.Recipients)
                {
                    entry.PermFails++;
                }
            }
        }
    }

    public void Disconnect(StateKey network)
    {
        var stripe = StripeOf(network);
        lock (stripe.Gate)
        {
            ref var entry = ref stripe.Find(network, long.MinValue);
            if (!Unsafe.IsNullRef(ref entry) && entry.Connections > 0)
            {
                entry.Connections--;
            }
        }
    }

    public GreylistResult Greylist(StateKey key, GreylistRule rule, long now)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            ref var entry = ref stripe.FindOrAdd(key, now);
            var isKnown = entry.ExpiresAt > now;
            if (isKnown && entry.Has(EntryFlags.Passed))
            {
                entry.ExpiresAt = now + SenderLimits.LongMemory;
                return GreylistResult.Known;
            }

            var waited = now - entry.At;
            if (!isKnown || waited >= rule.Window.TotalMilliseconds)
            {
                entry.At = now;
                entry.ExpiresAt = now + (long)rule.Window.TotalMilliseconds;
                return GreylistResult.First;
            }

            if (waited < rule.Wait.TotalMilliseconds)
            {
                return GreylistResult.TooEarly;
            }

            entry.Flags |= EntryFlags.Passed;
            entry.ExpiresAt = now + SenderLimits.LongMemory;
            return GreylistResult.Passed;
        }
    }

    public int Next(StateKey key, long now)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            ref var entry = ref stripe.FindOrAdd(key, now);
            entry.ExpiresAt = now + SenderLimits.LongMemory;
            return entry.Count == int.MaxValue ? entry.Count : entry.Count++;
        }
    }

    public SenderRecord? Recall(StateKey owner, SenderLimits limits, long now)
    {
        var stripe = StripeOf(owner);
        lock (stripe.Gate)
        {
            ref var entry = ref stripe.Find(owner, now);
            return Unsafe.IsNullRef(ref entry) ? null : SenderRules.Describe(ref entry, limits, now);
        }
    }

    public GreylistRecord? RecallGreylist(StateKey key, long now)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            ref var entry = ref stripe.Find(key, now);
            return Unsafe.IsNullRef(ref entry) || entry.ExpiresAt <= now ? null : new GreylistRecord(entry.At, entry.Has(EntryFlags.Passed));
        }
    }

    private static Admission Judge(
        in SenderKeys owners, SenderLimits limits, in SenderTry attempt, long now, ref MemoryEntry first, ref MemoryEntry second, ref MemoryEntry third)
    {
        ProviderLimit? refusal = null;
        ref var strictest = ref first;
        for (var i = 0; i < owners.Count && !attempt.IsDecided; i++)
        {
            ref var entry = ref i == 0 ? ref first : ref i == 1 ? ref second : ref third;
            var limit = SenderRules.LimitOf(ref entry, limits, attempt, owners.IsNetwork(i), owners.Shares(i), now);
            if (limit is { } reached && (refusal is not { } sofar || SenderRules.RankOf(reached) < SenderRules.RankOf(sofar)))
            {
                refusal = limit;
                strictest = ref entry;
            }
        }

        if (refusal is { } refused)
        {
            SenderRules.Refuse(ref strictest, limits, refused, now);
            return new Admission(refused, Joined: false);
        }

        for (var i = 0; i < owners.Count; i++)
        {
            ref var entry = ref i == 0 ? ref first : ref i == 1 ? ref second : ref third;
            SenderRules.Take(ref entry, limits, attempt, owners.IsNetwork(i), owners.Shares(i), now);
        }

        return new Admission(null, attempt.Joins);
    }

    private ref MemoryEntry Pin(StateKey key, long now)
    {
        ref var entry = ref StripeOf(key).FindOrAdd(key, now);
        entry.Flags |= EntryFlags.Pinned;
        return ref entry;
    }

    private MemoryStripe StripeOf(StateKey key) => _stripes[IndexOf(key)];

    private int IndexOf(StateKey key) => (int)key.Low & (_stripes.Length - 1);

    private long Sum(Func<MemoryStripe, long> of)
    {
        var sum = 0L;
        foreach (var stripe in _stripes)
        {
            lock (stripe.Gate)
            {
                sum += of(stripe);
            }
        }

        return sum;
    }
}

/// <summary>Applies the limits to one owner's entry, under its stripe's lock.</summary>
internal static class SenderRules
{
    /// <summary>The order in which limits are checked.</summary>
    public static int RankOf(ProviderLimit limit) => limit switch
    {
        ProviderLimit.Block => 0,
        ProviderLimit.Connections => 1,
        ProviderLimit.MessagesPerConnection => 2,
        ProviderLimit.RecipientsPerMessage => 3,
        ProviderLimit.Warmup => 4,
        ProviderLimit.Rate => 5,
        _ => 6,
    };

    /// <summary>The first limit that the owner has reached; null for none.</summary>
    public static ProviderLimit? LimitOf(ref MemoryEntry entry, SenderLimits limits, in SenderTry attempt, bool isNetwork, bool shares, long now)
    {
        if (shares && entry.BlockedUntil > now)
        {
            return ProviderLimit.Block;
        }

        if (isNetwork && attempt.Joins && entry.Connections >= limits.Given.Connections)
        {
            return ProviderLimit.Connections;
        }

        if (attempt.Dialog is { } reached)
        {
            return reached;
        }

        if (attempt.Tokens == 0)
        {
            return null;
        }

        if (isNetwork && limits.HasWarmup && WarmStep(ref entry, limits, now) is { } step && entry.Count >= step)
        {
            return ProviderLimit.Warmup;
        }

        if (!shares)
        {
            return null;
        }

        if (limits.HasRate)
        {
            Refill(ref entry, limits, now);
            if (entry.Spent > limits.Capacity - limits.TokenCost)
            {
                return ProviderLimit.Rate;
            }
        }

        return limits.CountsUnknown && entry.Recipients >= SenderLimits.LeastRecipients && entry.PermFails * 100.0 > limits.UnknownPercent * entry.Recipients
            ? ProviderLimit.Unknown
            : null;
    }

    /// <summary>A limit has refused: too many refusals lead to a block.</summary>
    public static void Refuse(ref MemoryEntry entry, SenderLimits limits, ProviderLimit limit, long now)
    {
        switch (limit)
        {
            case ProviderLimit.Unknown:
                entry.Recipients = entry.PermFails = 0;
                Block(ref entry, limits, now);
                break;
            case ProviderLimit.Connections or ProviderLimit.MessagesPerConnection or ProviderLimit.Warmup or ProviderLimit.Rate when limits.CountsThrottled:
                if (entry.Throttled == 0 || now - entry.ThrottledSince >= limits.ThrottledWithin)
                {
                    entry.ThrottledSince = now;
                    entry.Throttled = 0;
                }

                entry.NeedUntil(entry.ThrottledSince + limits.ThrottledWithin);
                if (++entry.Throttled >= limits.Block.After)
                {
                    Block(ref entry, limits, now);
                }

                break;
        }
    }

    /// <summary>Nothing refuses: counts the try.</summary>
    public static void Take(ref MemoryEntry entry, SenderLimits limits, in SenderTry attempt, bool isNetwork, bool shares, long now)
    {
        if (isNetwork && attempt.Joins)
        {
            entry.Connections++;
        }

        if (attempt.Tokens == 0)
        {
            return;
        }

        if (isNetwork && limits.HasWarmup)
        {
            WarmStep(ref entry, limits, now);
            entry.Count = entry.Count == int.MaxValue ? entry.Count : entry.Count + 1;
            entry.NeedUntil(now + SenderLimits.LongMemory);
        }

        if (!shares)
        {
            return;
        }

        if (limits.HasRate)
        {
            Refill(ref entry, limits, now);
            entry.Spent = Math.Min(limits.Capacity, entry.Spent + limits.TokenCost);
            entry.NeedUntil(now + (long)(entry.Spent * limits.TimePerPart) + 1);
        }

        if (limits.CountsUnknown)
        {
            if (++entry.Recipients >= SenderLimits.MostRecipients)
            {
                entry.Recipients /= 2;
                entry.PermFails /= 2;
            }

            entry.NeedUntil(now + SenderLimits.ShortMemory);
        }
    }

    /// <summary>Describes the entry as it is now.</summary>
    public static SenderRecord Describe(ref MemoryEntry entry, SenderLimits limits, long now)
    {
        if (limits.HasRate)
        {
            Refill(ref entry, limits, now);
        }

        var isWarming = limits.HasWarmup && entry.Has(EntryFlags.Warming) && WarmStep(ref entry, limits, now) is not null;
        return new SenderRecord
        {
            Tokens = limits.HasRate ? (limits.Capacity - entry.Spent) / limits.TokenCost : null,
            BlockedFor = Math.Max(0, entry.BlockedUntil - now),
            Blocks = entry.Blocks,
            Throttled = now - entry.ThrottledSince < limits.ThrottledWithin ? entry.Throttled : 0,
            Recipients = entry.Recipients,
            PermFails = entry.PermFails,
            Connections = entry.Connections,
            WarmupPeriod = isWarming ? entry.WarmPeriod + 1 : null,
            WarmupCount = isWarming ? entry.Count : 0,
        };
    }

    private static void Refill(ref MemoryEntry entry, SenderLimits limits, long now)
    {
        // A bucket is never emptier than empty, whatever an earlier revision or a clock that was set back has left.
        entry.Spent = Math.Min(entry.Spent, limits.Capacity);
        var elapsed = now - entry.At;
        if (elapsed > 0)
        {
            entry.Spent = elapsed >= limits.FillTime ? 0 : Math.Max(0, entry.Spent - (elapsed * limits.Refill));
        }

        entry.At = now;
    }

    // How many recipients the network's current warm-up period allows; null when all are over.
    private static int? WarmStep(ref MemoryEntry entry, SenderLimits limits, long now)
    {
        if (!entry.Has(EntryFlags.Warming))
        {
            entry.Flags |= EntryFlags.Warming;
            entry.WarmSince = now;
            entry.WarmPeriod = 0;
            entry.Count = 0;
            entry.NeedUntil(now + SenderLimits.LongMemory);
        }

        var age = now - entry.WarmSince;
        for (var period = 0; period < limits.Warmup.Length; period++)
        {
            var (count, length) = limits.Warmup[period];
            if (age < length)
            {
                if (entry.WarmPeriod != (byte)period)
                {
                    entry.WarmPeriod = (byte)period;
                    entry.Count = 0;
                }

                return count;
            }

            age -= length;
        }

        return null;
    }

    // Each block is longer than the one before; a time without a block, as long as the last one, takes one step back.
    private static void Block(ref MemoryEntry entry, SenderLimits limits, long now)
    {
        var quiet = now - entry.BlockedUntil;
        while (entry.Blocks > 0 && quiet >= limits.BlockLength(entry.Blocks))
        {
            quiet -= limits.BlockLength(entry.Blocks);
            entry.Blocks--;
        }

        entry.Blocks = (byte)Math.Min(byte.MaxValue, entry.Blocks + 1);
        entry.Throttled = 0;
        entry.BlockedUntil = now + limits.BlockLength(entry.Blocks);
        var steps = 0L;
        for (var number = (int)entry.Blocks; number > 0 && steps < SenderLimits.LongMemory; number--)
        {
            steps += limits.BlockLength(number);
        }

        entry.NeedUntil(entry.BlockedUntil + Math.Min(steps, SenderLimits.LongMemory));
    }
}
