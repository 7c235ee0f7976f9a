using FsCheck;
using FsCheck.Fluent;
using SmartSink.Behaviour.State;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;

namespace SmartSink.Behaviour.Tests.State;

/// <summary>Random traffic against a dictionary of plain records that forgets nothing. It goes on for some hours: nothing grows so old that it is forgotten.</summary>
public sealed class PlainModelTests
{
    private static readonly int[] Waits = [0, 0, 0, 1, 40, 999, 1_000, 5_000, 59_999, 60_000, 600_000];

    [Fact]
    public void The_memory_answers_as_a_plain_model_does()
    {
        var tries =
            from owner in Gen.Choose(0, 3)
            from second in Gen.Choose(4, 6)
            from wait in Gen.Elements(Waits)
            from isDecided in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
            from isUnknown in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
            select (owner, second, wait, isDecided, isUnknown);
        var limits =
            from rate in Gen.Choose(1, 30)
            from per in Gen.Elements(1_000, 60_000, 3_600_000)
            from burst in Gen.Choose(1, 20)
            from unknown in Gen.Elements<double?>(null, 5, 40)
            from after in Gen.Choose(0, 4)
            from warm in Gen.Choose(0, 2)
            from two in Gen.Elements(true, false)
            select (rate, per, burst, unknown, after, warm, two);
        var runs = from given in limits from traffic in tries.ListOf(400) select (given, traffic);
        Prop.ForAll(runs.ToArbitrary(), run => Play(run.given, run.traffic)).QuickCheckThrowOnFailure();
    }

    private static void Play(
        (int Rate, int Per, int Burst, double? Unknown, int After, int Warm, bool Two) given, IEnumerable<(int Owner, int Second, int Wait, bool IsDecided, bool IsUnknown)> traffic)
    {
        var rules = new ProviderLimits
        {
            Rate = new Rate(given.Rate, TimeSpan.FromMilliseconds(given.Per)),
            Burst = given.Burst,
            Unknown = given.Unknown,
            Block = given.After == 0 ? null : new BlockRule(given.After, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), 2, null),
            Warmup = [.. Enumerable.Range(1, given.Warm).Select(step => new Rate(step * 10, TimeSpan.FromMinutes(step)))],
        };
        var limits = new SenderLimits(rules);
        var memory = new SenderMemory(1_000);
        var model = new Dictionary<int, PlainSender>();
        var now = 1L;
        foreach (var (owner, second, wait, isDecided, isUnknown) in traffic)
        {
            now += wait;
            var owners = new SenderKeys(new StateKey(0, (ulong)owner), networkShares: true, given.Two ? new StateKey(1, (ulong)second) : null, null);
            var admission = memory.Admit(owners, limits, new SenderTry(1, Joins: false, IsDecided: isDecided), now);
            PlainSender[] plain = given.Two ? [Of(owner, true), Of(second, false)] : [Of(owner, true)];
            var expected = PlainSender.Admit(plain, rules, isDecided, now);
            admission.Limit.ShouldBe(expected);
            if (expected is null && isUnknown)
            {
                memory.CountPermFail(owners, limits, now);
                Array.ForEach(plain, sender => sender.PermFails++);
            }
        }

        PlainSender Of(int number, bool isNetwork) =>
            model.TryGetValue(number, out var known) ? known : model[number] = new PlainSender { IsNetwork = isNetwork };
    }

    private sealed class PlainSender
    {
        private long? _parts;
        private long _at;
        private long _blockedUntil = long.MinValue;
        private int _blocks;
        private long _windowAt;
        private int _throttled;
        private int _recipients;
        private long? _warmSince;
        private readonly List<long> _sent = [];

        public bool IsNetwork { get; init; }

        public int PermFails { get; set; }

        public static ProviderLimit? Admit(PlainSender[] senders, ProviderLimits rules, bool isDecided, long now)
        {
            ProviderLimit[] order = [ProviderLimit.Block, ProviderLimit.Warmup, ProviderLimit.Rate, ProviderLimit.Unknown];
            if (!isDecided)
            {
                foreach (var limit in order)
                {
                    if (Array.Find(senders, sender => sender.First(rules, now) == limit) is { } strictest)
                    {
                        strictest.Refuse(limit, rules, now);
                        return limit;
                    }
                }
            }

            Array.ForEach(senders, sender => sender.Take(rules, now));
            return null;
        }

        private ProviderLimit? First(ProviderLimits rules, long now)
        {
            Age(rules, now);
            if (_blockedUntil > now)
            {
                return ProviderLimit.Block;
            }

            if (IsNetwork && rules.Warmup.Count > 0)
            {
                _warmSince ??= now;
                var begin = _warmSince.Value;
                foreach (var step in rules.Warmup)
                {
                    var end = begin + (long)step.Per.TotalMilliseconds;
                    if (now < end)
                    {
                        if (_sent.Count(moment => moment >= begin) >= step.Count)
                        {
                            return ProviderLimit.Warmup;
                        }

                        break;
                    }

                    begin = end;
                }
            }

            return _parts < (long)rules.Rate!.Value.Per.TotalMilliseconds ? ProviderLimit.Rate
                : rules.Unknown is { } most && _recipients >= 100 && PermFails * 100.0 / _recipients > most ? ProviderLimit.Unknown
                : null;
        }

        private void Age(ProviderLimits rules, long now)
        {
            // A token is as many parts as the rate's time has milliseconds: so nothing is rounded.
            var whole = (long)rules.Rate!.Value.Per.TotalMilliseconds;
            _parts = Math.Min(rules.Burst!.Value * whole, _parts is { } left ? left + ((now - _at) * rules.Rate.Value.Count) : long.MaxValue);
            _at = now;
        }

        private void Refuse(ProviderLimit limit, ProviderLimits rules, long now)
        {
            if (limit == ProviderLimit.Unknown)
            {
                _recipients = PermFails = 0;
                Block(rules, now);
            }
            else if (limit != ProviderLimit.Block && rules.Block is { } block)
            {
                if (_throttled == 0 || now - _windowAt >= block.Within.TotalMilliseconds)
                {
                    (_windowAt, _throttled) = (now, 0);
                }

                if (++_throttled >= block.After)
                {
                    Block(rules, now);
                }
            }
        }

        private void Block(ProviderLimits rules, long now)
        {
            var first = (long)(rules.Block?.For ?? TimeSpan.FromMinutes(10)).TotalMilliseconds;
            var quiet = _blockedUntil == long.MinValue ? 0 : now - _blockedUntil;
            for (; _blocks > 0 && quiet >= Length(_blocks); _blocks--)
            {
                quiet -= Length(_blocks);
            }

            _blocks++;
            _throttled = 0;
            _blockedUntil = now + Length(_blocks);

            long Length(int number) => Math.Min(30L * 86_400_000, first << (number - 1));
        }

        private void Take(ProviderLimits rules, long now)
        {
            Age(rules, now);
            if (IsNetwork && rules.Warmup.Count > 0)
            {
                _warmSince ??= now;
                _sent.Add(now);
            }

            _parts = Math.Max(0, _parts!.Value - (long)rules.Rate!.Value.Per.TotalMilliseconds);
            if (rules.Unknown is not null && ++_recipients >= 1_000)
            {
                _recipients /= 2;
                PermFails /= 2;
            }
        }
    }
}
