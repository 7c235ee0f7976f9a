using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Events;
using SmartSink.Testing;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Events;

/// <summary>The ring beside a plain list, and under many threads.</summary>
public sealed class EventRingTests
{
    private const int Capacity = 7;

    [Fact]
    public void It_keeps_the_last_as_a_list_would()
    {
        var lengths = Gen.Choose(0, 3000).ListOf().ToArbitrary();
        Prop.ForAll(lengths, texts =>
        {
            var ring = new EventRing(Capacity, start: 41);
            var model = new List<(long Id, string Json)>();
            foreach (var length in texts)
            {
                var text = new string((char)('a' + (length % 26)), length);
                ring.Add(new EventMarks(EventKind.Refusal, length), Encoding.UTF8.GetBytes($"{{\"x\":\"{text}\"}}"), Encoding.UTF8.GetBytes($"\n{text}.example\n"));
                model.Add((42 + model.Count, $"{{\"id\":{42 + model.Count},\"x\":\"{text}\"}}"));
            }

            ring.LastId.ShouldBe(41 + model.Count);
            ring.FirstId.ShouldBe(42 + Math.Max(0, model.Count - Capacity));
            ring.Missed(41).ShouldBe(Math.Max(0, model.Count - Capacity));
            ring.Missed(12).ShouldBe(0, "what was before the first is not missed");
            var copy = new EventCopy();
            foreach (var (id, json) in model.TakeLast(Capacity))
            {
                ring.TryCopy(id, copy).ShouldBeTrue();
                copy.Id.ShouldBe(id);
                Encoding.UTF8.GetString(copy.Json.Span).ShouldBe(json);
                var length = texts[(int)id - 42];
                copy.Marks.Outcomes.ShouldBe(length);
                copy.IsAbout(Encoding.UTF8.GetBytes($"\n{new string((char)('a' + (length % 26)), length)}.example\n")).ShouldBeTrue();
                copy.IsAbout("\n.exampl\n"u8).ShouldBeFalse();
            }

            model.SkipLast(Capacity).ShouldAllBe(gone => !ring.TryCopy(gone.Id, copy));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Many_writers_and_readers_tear_nothing()
    {
        const int Writers = 4;
        const int Each = 4000;
        var ring = new EventRing(Capacity);
        var errors = new ConcurrentQueue<string>();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => Follow(ring, Writers * Each, errors))).ToArray();
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                var text = new string((char)('a' + writer), 1 + (i * 37 % 900));
                ring.Add(new EventMarks(EventKind.Message, text.Length), Encoding.UTF8.GetBytes($"{{\"x\":\"{text}\"}}"), Encoding.UTF8.GetBytes(text));
            }
        })).ToArray();

        await Task.WhenAll(writers).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        var counts = await Task.WhenAll(readers).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        errors.ShouldBeEmpty();
        counts.ShouldAllBe(count => count == Writers * Each);
    }

    [Fact]
    public async Task Who_waits_is_told_of_the_next()
    {
        var ring = new EventRing(Capacity);
        var waits = new[] { ring.WaitAsync(0), ring.WaitAsync(0) };
        waits.ShouldAllBe(wait => !wait.IsCompleted);
        ring.Add(default, "{\"x\":1}"u8);
        await Task.WhenAll(waits).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        ring.WaitAsync(0).IsCompleted.ShouldBeTrue("there is one already");
        ring.WaitAsync(1).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void Once_it_is_full_it_allocates_nothing()
    {
        var ring = new EventRing(Capacity);
        Fill(ring);
        AllocatedMemory.ByCaller(ring, Fill).ShouldBe(0);

        static void Fill(EventRing ring)
        {
            for (var i = 0; i < 3 * Capacity; i++)
            {
                ring.Add(default, "{\"text\":\"some text\"}"u8, "\na.example\n"u8);
            }
        }
    }

    // Returns how many were seen or known to be missed.
    private static long Follow(EventRing ring, long until, ConcurrentQueue<string> errors)
    {
        var copy = new EventCopy();
        var (seen, met, missed) = (0L, 0L, 0L);
        while (met + missed < until)
        {
            if (ring.Missed(seen) is > 0 and var gone)
            {
                seen += gone;
                missed += gone;
            }

            while (seen < ring.LastId && ring.TryCopy(seen + 1, copy))
            {
                seen++;
                met++;
                using var json = JsonDocument.Parse(copy.Json);
                var text = json.RootElement.GetProperty("x").GetString()!;
                if (json.RootElement.GetProperty("id").GetInt64() != seen || text.Length != copy.Marks.Outcomes || text.Distinct().Count() != 1 || !copy.IsAbout(Encoding.UTF8.GetBytes(text)))
                {
                    errors.Enqueue($"{seen}: {text}");
                }
            }
        }

        return met + missed;
    }
}
