using SmartSink.Shared;

namespace SmartSink.Policy.Model;

/// <summary>What a bucket belongs to.</summary>
[Flags]
internal enum BucketOwners : byte
{
    None = 0,
    Network = 1,
    SenderDomain = 2,
    User = 4,
}

/// <summary>So many in a time.</summary>
/// <param name="Count">At least 1.</param>
/// <param name="Per">A second to a thousand days.</param>
internal readonly record struct Rate(int Count, TimeSpan Per)
{
    private static readonly (TimeSpan Per, string Unit)[] Units =
        [(TimeSpan.FromSeconds(1), "s"), (TimeSpan.FromMinutes(1), "min"), (TimeSpan.FromHours(1), "h"), (TimeSpan.FromDays(1), "d")];

    /// <summary>As a file has it.</summary>
    public override string ToString()
    {
        var per = Per;
        return $"{Count}/{Array.Find(Units, unit => unit.Per == per).Unit ?? Times.Write(Per)}";
    }
}

/// <summary>When a rule holds.</summary>
/// <param name="AfterStart">From the sink's start; null when another of the three says it.</param>
/// <param name="TimeOfDay">In UTC, every day.</param>
/// <param name="At">Once.</param>
/// <param name="For">How long; null for ever.</param>
/// <param name="Every">From one begin to the next; null for once, or each day with <paramref name="TimeOfDay"/>.</param>
internal sealed record RuleTime(TimeSpan? AfterStart, TimeOnly? TimeOfDay, DateTimeOffset? At, TimeSpan? For, TimeSpan? Every)
{
    public static readonly RuleTime Always = new(TimeSpan.Zero, null, null, null, null);
}

internal enum DelayKind : byte
{
    None,
    Fixed,
    Range,
    LogNormal,
}

/// <summary>A delay, or how it is spread.</summary>
/// <param name="Kind">What the other two mean.</param>
/// <param name="First">Milliseconds: the delay, the shortest, or the median.</param>
/// <param name="Second">Milliseconds: the longest of a range; of a log-normal one the standard deviation of the logarithm.</param>
internal readonly record struct Delay(DelayKind Kind, double First, double Second = 0)
{
    /// <summary>The longest that a log-normal delay becomes, in milliseconds.</summary>
    public const int Longest = 600_000;

    /// <summary>Whether it hangs on chance.</summary>
    public bool IsDrawn => Kind > DelayKind.Fixed;

    /// <summary>Milliseconds for 64 random bits.</summary>
    public int Of(ulong draw)
    {
        switch (Kind)
        {
            case DelayKind.Fixed:
                return (int)First;
            case DelayKind.Range:
                return (int)Math.Round(First + ((Second - First) * UnitOf(draw)));
            case DelayKind.LogNormal:
                // Box and Muller: two uniform numbers make a normal one.
                var radius = Math.Sqrt(-2 * Math.Log(1 - UnitOf(draw)));
                var normal = radius * Math.Cos(2 * Math.PI * UnitOf(SplitMix.Mix(draw)));
                return (int)Math.Min(Longest, First * Math.Exp(Second * normal));
            default:
                return 0;
        }
    }

    /// <summary>The same for whom so many seconds pass in one: to the millisecond, at least one of them, and not more than a policy may have.</summary>
    public Delay At(double timeScale) => this with { First = Math.Clamp(Math.Round(First / timeScale), 1, Longest), Second = Kind == DelayKind.Range ? Math.Clamp(Math.Round(Second / timeScale), 1, Longest) : Second };

    /// <summary>As a file has it.</summary>
    public override string ToString() => Kind switch
    {
        DelayKind.Range => $"{Write(First)}..{Write(Second)}",
        DelayKind.LogNormal => FormattableString.Invariant($"lognormal({Write(First)}, {Second})"),
        _ => Write(First),
    };

    private static string Write(double milliseconds) => Times.Write(TimeSpan.FromMilliseconds(milliseconds));

    private static double UnitOf(ulong draw) => (draw >> 11) * (1.0 / (1UL << 53));
}
