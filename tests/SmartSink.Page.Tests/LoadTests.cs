using System.Text.Json.Nodes;
using static Microsoft.Playwright.Assertions;

namespace SmartSink.Page.Tests;

/// <summary>A thousand domains and a thousand events a second.</summary>
public sealed class LoadTests(Browser browser, ITestOutputHelper output)
{
    private const int Seconds = 6;

    // What changed when, and how long the browser was kept from its next frame: long animation frames are those above 50 ms.
    private const string Watch = """
        window.seen = { batches: 0, rows: 0, frames: [], scripts: [] };
        new MutationObserver(changes => {
          seen.batches++;
          seen.rows = Math.max(seen.rows, document.querySelectorAll('#tail tbody tr').length);
        }).observe(document.querySelector('#tail tbody'), { childList: true, subtree: true, characterData: true });
        const ask = window.requestAnimationFrame.bind(window);
        window.requestAnimationFrame = call => ask(at => { const from = performance.now(); call(at); seen.scripts.push(performance.now() - from); });
        let last = performance.now();
        ask(function next(at) { seen.frames.push(at - last); last = at; ask(next); });
        """;

    [Fact]
    public async Task The_page_changes_a_few_times_a_second_and_stays_small()
    {
        var domains = Enumerable.Range(0, 1000).Select(index => Samples.Domain($"d{index:000}.example", 1000 - index, 11, 5, 10, (421, "throttled", $"421 4.7.28 Too much from number {index}"))).ToList();
        var turn = 0;
        await using var sink = await FakeSink.StartAsync();
        sink.Stats = () =>
        {
            // Every figure of every domain changes, and their order with them.
            turn++;
            return Samples.Stats([.. domains.Select((each, index) =>
            {
                var changed = (JsonObject)each.DeepClone();
                changed["recipients"] = (turn * 1000L) + index;
                changed["per_second"]!["1"] = (1000 - index) + (turn * 37 % 11 * (index % 7));
                return changed;
            })]);
        };
        await using var visit = await browser.OpenAsync(sink.Url);
        await Expect(visit["#domains tbody tr"]).ToHaveCountAsync(200);
        await visit.Page.EvaluateAsync(Watch);
        var sender = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            var number = 0;
            for (var tick = 0; tick < Seconds * 50 && await timer.WaitForNextTickAsync(); tick++)
            {
                for (var each = 0; each < 20; each++)
                {
                    sink.Publish("refusal", Samples.Refusal($"user{number++}@d{number % 1000:000}.example"));
                }
            }

            sink.Publish("refusal", Samples.Refusal("last@gmail.com"));
        }, TestContext.Current.CancellationToken);
        await sender;
        await Expect(visit["#tail tbody tr"].First).ToContainTextAsync("last@gmail.com");

        var seen = await visit.Page.EvaluateAsync<Figures>(
            """
            (() => {
              const at = (values, share) => values.sort((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
              return { batches: seen.batches, rows: seen.rows, nodes: document.querySelectorAll('*').length, length: seen.frames.reduce((sum, each) => sum + each, 0),
                frameMedian: at(seen.frames, .5), frameLate: at(seen.frames, .95), scriptMedian: at(seen.scripts, .5), scriptLate: at(seen.scripts, .95), scriptMost: at(seen.scripts, 1) };
            })()
            """);
        output.WriteLine(FormattableString.Invariant($"{seen.Nodes} elements; {seen.Batches} changes of the tail in {seen.Length / 1000:f1} s; between frames median {seen.FrameMedian:f1} ms, 95 % {seen.FrameLate:f1} ms; scripts of a frame median {seen.ScriptMedian:f1} ms, 95 % {seen.ScriptLate:f1} ms, most {seen.ScriptMost:f1} ms"));
        seen.Rows.ShouldBe(100);
        seen.Nodes.ShouldBeLessThan(6_000);
        seen.Batches.ShouldBeInRange(1, (int)(seen.Length / 250) + 2, "a change for each event would be thousands");
    }

    private sealed record Figures
    {
        public int Batches { get; init; }

        public int Rows { get; init; }

        public int Nodes { get; init; }

        public double Length { get; init; }

        public double FrameMedian { get; init; }

        public double FrameLate { get; init; }

        public double ScriptMedian { get; init; }

        public double ScriptLate { get; init; }

        public double ScriptMost { get; init; }
    }
}
