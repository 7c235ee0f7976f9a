using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>
/// The texts by which recipients were refused, by domain. Texts that differ only in what a server fills in count as one, by <see cref="ReplyFold"/>, and the
/// first of them is kept to be shown. A known one costs a look-up without a lock and an addition; what is kept is bounded, whatever servers say.
/// </summary>
internal sealed class ReplyTexts
{
    /// <summary>Kinds of texts kept of a domain; recipients refused by others are counted together.</summary>
    public const int MostOfDomain = 100;

    /// <summary>Kinds of texts kept of all domains.</summary>
    public const int Most = 10_000;

    private readonly ConcurrentDictionary<Kind, Kept> _kinds = new();
    private readonly ConcurrentDictionary<int, Sums> _domains = new();
    private int _count;

    /// <summary>Counts a recipient that was refused.</summary>
    /// <param name="domain">The index of its domain.</param>
    /// <param name="code">The reply's code.</param>
    /// <param name="text">The reply's text, a LF between its lines.</param>
    public void Count(int domain, int code, ReadOnlySpan<byte> text)
    {
        var kind = new Kind(domain, code, ReplyFold.Of(text));
        if (!_kinds.TryGetValue(kind, out var kept))
        {
            var sums = _domains.GetOrAdd(domain, static _ => new Sums());
            if (!HasRoom(sums))
            {
                Interlocked.Increment(ref sums.Others);
                return;
            }

            kept = _kinds.GetOrAdd(kind, new Kept(text.ToArray()));
        }

        Interlocked.Increment(ref kept.Recipients);
    }

    /// <summary>What was counted so far, by the index of the domain.</summary>
    public IReadOnlyDictionary<int, DomainTexts> Read()
    {
        var kinds = _kinds.ToLookup(
            pair => pair.Key.Domain,
            pair => new ReplyTotal(pair.Key.Code, Encoding.UTF8.GetString(pair.Value.Example), Volatile.Read(ref pair.Value.Recipients)));
        return _domains.ToDictionary(domain => domain.Key, domain => new DomainTexts(
            [.. kinds[domain.Key].OrderByDescending(reply => reply.Recipients).ThenBy(reply => reply.Code).ThenBy(reply => reply.Text, StringComparer.Ordinal)],
            Volatile.Read(ref domain.Value.Others)));
    }

    // Two threads that meet a text for the first time both take a place for it: it is the bounds that have to hold.
    private bool HasRoom(Sums sums) => TryTake(ref sums.Kinds, MostOfDomain) && TryTake(ref _count, Most);

    private static bool TryTake(ref int taken, int most)
    {
        if (Volatile.Read(ref taken) < most && Interlocked.Increment(ref taken) <= most)
        {
            return true;
        }

        Volatile.Write(ref taken, most);
        return false;
    }

    private readonly record struct Kind(int Domain, int Code, ulong Fold);

    private sealed class Kept(byte[] example)
    {
        public readonly byte[] Example = example;
        public long Recipients;
    }

    private sealed class Sums
    {
        public int Kinds;
        public long Others;
    }
}

/// <summary>How recipients of a domain were refused.</summary>
/// <param name="Kinds">Texts with their counts, the most frequent first.</param>
/// <param name="Others">Recipients refused by texts that found no room.</param>
internal sealed record DomainTexts(IReadOnlyList<ReplyTotal> Kinds, long Others)
{
    public static DomainTexts None { get; } = new([], 0);
}

/// <summary>
/// One number for all texts that a server makes of one template: its words up to about 60 characters, where any mailbox counts as the same, and any word
/// with a digit (an address, an id, a time), unless it is a short code of the provider's such as TSS04. The enhanced status code at the start counts as it is.
/// </summary>
internal static class ReplyFold
{
    private const int Compared = 60;
    private const int LongestCode = 8;
    private const ulong FnvBasis = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    private static readonly SearchValues<byte> Separators = SearchValues.Create(" \n[]()<>:;,\"'=/"u8);
    private static readonly SearchValues<byte> OfEnhancedCode = SearchValues.Create("0123456789."u8);

    public static ulong Of(ReadOnlySpan<byte> text)
    {
        var hash = FnvBasis;
        var compared = 0;
        for (var at = 0; at < text.Length && compared < Compared;)
        {
            var length = text[at..].IndexOfAny(Separators);
            var word = length < 0 ? text[at..] : text.Slice(at, length);
            var folded = at > 0 || !IsEnhancedCode(word) ? Fold(word) : word;
            hash = Add(hash, folded);
            at += word.Length;
            if (at < text.Length)
            {
                hash = Add(hash, text.Slice(at++, 1));
            }

            compared += folded.Length + 1;
        }

        return hash;
    }

    private static ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> word) =>
        word.Contains((byte)'@') ? "@"u8
        : word.ContainsAnyInRange((byte)'0', (byte)'9') && !IsCode(word) ? "#"u8
        : word;

    // Capitals, perhaps a hyphen, then digits: TSS04, S3140, OU-002.
    private static bool IsCode(ReadOnlySpan<byte> word)
    {
        var letters = word.IndexOfAnyExceptInRange((byte)'A', (byte)'Z');
        var digits = letters > 0 && word[letters] == '-' ? word[(letters + 1)..] : word[Math.Max(letters, 0)..];
        return word.Length <= LongestCode && letters > 0 && digits.Length > 0 && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static bool IsEnhancedCode(ReadOnlySpan<byte> word) =>
        word.Length is >= 5 and <= 9 && word[0] is (byte)'4' or (byte)'5' && word[1] == '.' && word.Count((byte)'.') == 2
        && !word.ContainsAnyExcept(OfEnhancedCode);

    private static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var octet in bytes)
        {
            hash = (hash ^ octet) * FnvPrime;
        }

        return hash;
    }
}
