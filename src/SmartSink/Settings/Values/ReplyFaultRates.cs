using System.Globalization;
using SmartSink.Shared;
using SmartSink.Smtp.Server;

namespace SmartSink.Settings.Values;

/// <summary>The words of faults in replies: the same in the setting, in metrics and in the log.</summary>
internal static class ReplyFaults
{
    /// <summary>By <see cref="ReplyFault"/>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["none", "late-line", "ok-for-354", "keywords", "full-line"];
}

/// <summary>How often replies go wrong on a listener, and how.</summary>
/// <param name="shares">For every connection.</param>
/// <param name="lateLineDelay">How long <see cref="ReplyFault.LateLine"/> takes.</param>
/// <param name="text">The setting, which two that say the same have in common.</param>
/// <param name="seed">Makes the draws repeatable: the k-th session of the listener always gets the k-th; null for random ones.</param>
internal sealed class ReplyFaultRates(FaultShares<ReplyFault> shares, TimeSpan lateLineDelay, string text, int? seed) : IEquatable<ReplyFaultRates>
{
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(10);

    /// <summary>No faults.</summary>
    public static readonly ReplyFaultRates None = new(new(), DefaultDelay, string.Empty, seed: null);

    private readonly string _text = text;

    /// <summary>The seed.</summary>
    public int? Seed => seed;

    /// <summary>How long <see cref="ReplyFault.LateLine"/> takes.</summary>
    public TimeSpan LateLineDelay => lateLineDelay;

    /// <summary>The faults that can come.</summary>
    public IEnumerable<ReplyFault> Faults => shares.Faults;

    /// <summary>The fault that a draw decides for.</summary>
    /// <param name="draw">0 to less than 1.</param>
    public ReplyFault Pick(double draw) => shares.Pick(draw);

    /// <summary>Reads <c>late-line=1,keywords=5,delay=30s,seed=42</c>; the empty list means no faults.</summary>
    public static bool TryParse(string text, out ReplyFaultRates value)
    {
        value = None;
        var shares = new FaultShares<ReplyFault>();
        TimeSpan? delay = null;
        int? seed = null;
        foreach (var part in text.Length == 0 ? [] : text.Split(',', StringSplitOptions.TrimEntries))
        {
            var isGood = part.Split('=', 2, StringSplitOptions.TrimEntries) switch
            {
                ["seed", var number] => TryOnce(ref seed, int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var given), given),
                ["delay", var time] => TryOnce(ref delay, Times.TryParse(time, out var given) && given > TimeSpan.Zero, given),
                [var word, var number] => Array.IndexOf([.. ReplyFaults.Words], word) is > 0 and var fault
                    && FaultShares<ReplyFault>.TryPercent(number, out var percent) && shares.TryAdd((ReplyFault)fault, percent),
                _ => false,
            };
            if (!isGood)
            {
                return false;
            }
        }

        value = new ReplyFaultRates(shares, delay ?? DefaultDelay, text, seed);
        return true;
    }

    public bool Equals(ReplyFaultRates? other) => other is not null && other._text == _text;

    public override bool Equals(object? obj) => Equals(obj as ReplyFaultRates);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _text;

    private static bool TryOnce<T>(ref T? place, bool isGood, T given)
        where T : struct
    {
        var isFirst = place is null;
        place = given;
        return isFirst && isGood;
    }
}
