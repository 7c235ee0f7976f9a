using FsCheck;
using FsCheck.Fluent;
using SmartSink.Telemetry;

namespace SmartSink.Tests.Telemetry.Exposition;

public sealed class ExpositionProperties
{
    /// <summary>Whatever a label holds, a reader gets it back, and every value with it.</summary>
    [Fact]
    public void What_is_written_is_read_back() =>
        Prop.ForAll<NonNull<string>[], long>((labels, value) =>
        {
            using var metrics = new MetricsFixture();
            var words = labels.Select(label => label.Get.Replace("\uFFFD", string.Empty, StringComparison.Ordinal)).Where(IsWellFormed).Distinct().ToList();
            metrics.Factory.CreateSinkMeter().Observe<long>(
                new MetricDefinition("test.words", MetricKind.Gauge, null, "Words.", "word"),
                () => words.Select((word, index) => unchecked(value % 1_000_000 + index).With("word", word)));

            var scrape = metrics.Scrape();

            return words.Select((word, index) => scrape.Sum("test_words", ("word", word)) == value % 1_000_000 + index).All(same => same);
        }).QuickCheckThrowOnFailure();

    private static bool IsWellFormed(string text) => text.EnumerateRunes().All(rune => rune.Value != 0xFFFD);
}
