using System.Text.Json.Serialization;
using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Verifying;

/// <summary>When messages of a run came to a sink, as its ledger tells it; a part of them.</summary>
/// <param name="Now">The sink's clock as it answered.</param>
/// <param name="Began">From when on the times count.</param>
/// <param name="Highest">The highest number that came.</param>
/// <param name="Times">When a recipient of each number was accepted first, in milliseconds, from the number on that was asked for; null for one of which none was.</param>
internal sealed record LedgerTimes(
    [property: JsonRequired] DateTimeOffset Now, [property: JsonRequired] DateTimeOffset Began, [property: JsonRequired] long Highest, [property: JsonRequired] IReadOnlyList<long?> Times);

/// <summary>How long after they were sent a run's messages were accepted by sinks, first of all.</summary>
/// <param name="fates">Knows when each was sent.</param>
/// <param name="clock">That of <paramref name="fates"/>.</param>
internal sealed class Lateness(MessageFates fates, TimeProvider clock)
{
    /// <summary>The clocks are compared in so many requests, of which the quickest tells most.</summary>
    private const int Comparisons = 5;

    private const int NotCome = -1;

    // In milliseconds.
    private readonly int[] _late = NewList(fates.Count);
    private (double Difference, double Error)? _clocks;

    /// <summary>Asks a sink for all of the run.</summary>
    /// <returns>Why it could not be asked; null when it was.</returns>
    public async Task<string?> AddAsync(LedgerPage page, string run, CancellationToken cancellation)
    {
        var (difference, error) = (0.0, double.MaxValue);
        for (var i = 0; i < Comparisons; i++)
        {
            var (asked, began) = (clock.GetUtcNow(), clock.GetTimestamp());
            var (answer, problem) = await page.TryReadTimesAsync(run, from: 0, count: 1, cancellation);
            if (answer is null)
            {
                return problem;
            }

            var half = clock.GetElapsedTime(began) / 2;
            if (half.TotalMilliseconds < error)
            {
                (difference, error) = ((answer.Now - asked - half).TotalMilliseconds, half.TotalMilliseconds);
            }
        }

        _clocks = _clocks is { } worst && worst.Error >= error ? worst : (difference, error);
        for (long from = 0, highest = 0; from <= highest && from < _late.Length;)
        {
            var (answer, problem) = await page.TryReadTimesAsync(run, from, LedgerPage.MostTimes, cancellation);
            if (answer is not { Times.Count: > 0 })
            {
                return problem;
            }

            var offset = (answer.Began - fates.Began).TotalMilliseconds - difference;
            for (var i = 0; i < answer.Times.Count && from + i < _late.Length; i++)
            {
                if (answer.Times[i] is { } time && fates.SentAt(from + i) is { } sent)
                {
                    var late = (int)Math.Clamp(offset + time - sent, 0, int.MaxValue);
                    ref var first = ref _late[from + i];
                    first = first == NotCome ? late : Math.Min(first, late);
                }
            }

            (from, highest) = (from + answer.Times.Count, answer.Highest);
        }

        return null;
    }

    /// <summary>What came of it.</summary>
    /// <param name="limit">What is longer is late.</param>
    public VerifyTimes Read(TimeSpan limit)
    {
        var late = new NumberList();
        for (var number = 0L; number < _late.Length; number++)
        {
            late.Add(number, _late[number] > limit.TotalMilliseconds);
        }

        var clocks = _clocks ?? default;
        var came = Array.FindAll(_late, static late => late != NotCome);
        Array.Sort(came);
        return new VerifyTimes(came.Length, late, limit.TotalMilliseconds, At(50), At(99), At(100), Math.Round(clocks.Difference, 3), Math.Round(clocks.Error, 3));

        double At(int percent) => came.Length == 0 ? 0 : came[(int)Math.Max(0, ((percent * (long)came.Length) + 99) / 100 - 1)];
    }

    private static int[] NewList(long count)
    {
        var list = new int[count];
        Array.Fill(list, NotCome);
        return list;
    }
}
