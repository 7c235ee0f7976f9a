using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Prometheus;
using SmartSink.Telemetry;
using SmartSink.Testing;

namespace SmartSink.Tests.Telemetry;

/// <summary>What stands on the page, letter by letter, and that it is true when many count and several read.</summary>
public sealed class MetricsPageTests : IDisposable
{
    private static readonly Regex Escaped = new("[\\\\\n\"]", RegexOptions.NonBacktracking);

    private readonly MetricsFixture _metrics = new();
    private readonly StripedHistograms _time = new(HistogramScale.Times);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Prometheus_text()
    {
        Count();
        var page = await _metrics.TextAsync();
        Block(page, "smartsink_recipients_total").ShouldBe(
            """
            # HELP smartsink_recipients_total Recipients by outcome, stage of the deciding reply, and configured domain or pattern (other for the rest).
            # TYPE smartsink_recipients_total counter
            smartsink_recipients_total{outcome="accepted",stage="data",domain="gmail.com"} 1234567890123456
            smartsink_recipients_total{outcome="permfail",stage="rcpt",domain="a\"b\\c\nd"} 1
            """,
            StringCompareShould.IgnoreLineEndings);
        Block(page, "smartsink_policy_info").ShouldBe(
            """
            # HELP smartsink_policy_info The policy in force, by hash.
            # TYPE smartsink_policy_info gauge
            smartsink_policy_info{hash="12ab"} 1
            """,
            StringCompareShould.IgnoreLineEndings);
        var samples = Block(page, "smartsink_data_seconds").Split('\n');
        samples[1].ShouldBe("# TYPE smartsink_data_seconds histogram");
        samples.ShouldContain("smartsink_data_seconds_sum 1831");
        samples.ShouldContain("smartsink_data_seconds_count 4");
        samples.ShouldContain("smartsink_data_seconds_bucket{le=\"0.001\"} 0");
        samples.ShouldContain("smartsink_data_seconds_bucket{le=\"0.5\"} 1");
        samples.ShouldContain("smartsink_data_seconds_bucket{le=\"30\"} 3");
        samples.ShouldContain("smartsink_data_seconds_bucket{le=\"1800\"} 3");
        samples.ShouldContain("smartsink_data_seconds_bucket{le=\"+Inf\"} 4");
        page.ShouldNotContain("# EOF");
    }

    [Fact]
    public async Task OpenMetrics()
    {
        Count();
        var page = await _metrics.TextAsync(ExpositionFormat.OpenMetricsText);
        page.ShouldContain("# TYPE smartsink_recipients counter\nsmartsink_recipients_total{outcome=\"");
        page.ShouldContain("\nsmartsink_data_seconds_bucket{le=\"30.0\"} 3\n");
        page.ShouldEndWith("\n# EOF\n");
    }

    [Fact]
    public async Task Metrics_of_two_sinks_do_not_mix()
    {
        using var other = new MetricsFixture();
        _metrics.Metrics.LogEventsDropped.IncTo(3);
        (await other.ScrapeAsync()).Sum("smartsink_log_events_dropped_total").ShouldBe(0);
        (await _metrics.ScrapeAsync()).Sum("smartsink_log_events_dropped_total").ShouldBe(3);
    }

    /// <summary>Help is written as it is: a character that would have to be escaped must not stand in it.</summary>
    [Fact]
    public void Help_needs_no_escapes() => _metrics.Metrics.All.ShouldAllBe(metric => !Escaped.IsMatch(metric.Help));

    /// <summary>Whatever a label holds, a reader gets it back, and every value with it.</summary>
    [Fact]
    public void What_is_written_is_read_back() =>
        Prop.ForAll<NonNull<string>[], int>((labels, value) =>
        {
            using var metrics = new MetricsFixture();
            var words = labels.Select(label => label.Get.Replace("\uFFFD", string.Empty, StringComparison.Ordinal)).Where(IsWellFormed).Distinct().ToList();
            foreach (var (index, word) in words.Index())
            {
                metrics.Metrics.PolicyInfo.WithLabels(word).Set((value % 1_000_000) + index);
            }

            using var page = new MemoryStream();
            metrics.Metrics.WriteAsync(page, ExpositionFormat.PrometheusText, CancellationToken.None).GetAwaiter().GetResult();
            var scrape = new MetricsScrape(System.Text.Encoding.UTF8.GetString(page.ToArray()));

            return words.Index().All(word => scrape.Sum("smartsink_policy_info", ("hash", word.Item)) == (value % 1_000_000) + word.Index);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Times_are_in_the_bucket_and_the_sum_whoever_counts_and_reads_meanwhile()
    {
        const int threads = 8;
        const int each = 20_000;
        _metrics.Metrics.BeforePage(() => _time.AddTo(_metrics.Metrics.DataTime));
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(ReadUntilDoneAsync, TestContext.Current.CancellationToken)).ToList();

        // Every bound, what lies just above it, and some more than the highest.
        var bounds = Array.ConvertAll(HistogramScale.Times.Bounds, TimeSpan.FromSeconds);
        var times = bounds.SelectMany(bound => new[] { bound, bound + TimeSpan.FromTicks(1) }).ToArray();
        var writers = Enumerable.Range(0, threads).Select(writer => Task.Run(() => Write(writer), TestContext.Current.CancellationToken));
        await Task.WhenAll(writers);
        await done.CancelAsync();
        await Task.WhenAll(readers);

        var scrape = await _metrics.ScrapeAsync();
        var written = Enumerable.Range(0, threads).SelectMany(writer => Enumerable.Range(0, each).Select(i => times[(writer + i) % times.Length])).ToList();
        scrape.Sum("smartsink_data_seconds_count").ShouldBe(threads * each);
        scrape.Sum("smartsink_data_seconds_sum").ShouldBe(written.Sum(time => time.Ticks) / 1e7, 1e-3);
        foreach (var bound in bounds)
        {
            var le = bound.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture).ToLowerInvariant();
            scrape.Sum("smartsink_data_seconds_bucket", ("le", le)).ShouldBe(written.Count(time => time <= bound), le);
        }

        void Write(int writer)
        {
            for (var i = 0; i < each; i++)
            {
                _time.Record(times[(writer + i) % times.Length].Ticks);
            }
        }

        async Task ReadUntilDoneAsync()
        {
            while (!done.IsCancellationRequested)
            {
                var page = await _metrics.ScrapeAsync();
                page.Sum("smartsink_data_seconds_bucket", ("le", "+Inf")).ShouldBe(page.Sum("smartsink_data_seconds_count"));
            }
        }
    }

    private static bool IsWellFormed(string text) => text.EnumerateRunes().All(rune => rune.Value != 0xFFFD);

    private static string Block(string page, string name) => string.Join(
        '\n',
        page.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) || line.StartsWith($"# HELP {name} ", StringComparison.Ordinal) || line.StartsWith($"# TYPE {name} ", StringComparison.Ordinal))
            .OrderBy(line => line[0] != '#').ThenBy(line => line, StringComparer.Ordinal));

    private void Count()
    {
        var metrics = _metrics.Metrics;
        metrics.Recipients.WithLabels("accepted", "data", "gmail.com").IncTo(1_234_567_890_123_456);
        metrics.Recipients.WithLabels("permfail", "rcpt", "a\"b\\c\nd").IncTo(1);
        metrics.PolicyInfo.WithLabels("12ab").Set(1);
        metrics.BeforePage(() => _time.AddTo(metrics.DataTime));
        foreach (var seconds in new[] { 0.25, 0.75, 29, 1801 })
        {
            _time.Record(TimeSpan.FromSeconds(seconds).Ticks);
        }
    }
}
