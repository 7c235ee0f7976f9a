using System.Diagnostics.Metrics;
using SmartSink.Telemetry;
using SmartSink.Telemetry.Exposition;

namespace SmartSink.Tests.Telemetry.Exposition;

public sealed class ExpositionTests : IDisposable
{
    private readonly MetricsFixture _metrics = new();

    public ExpositionTests()
    {
        var meter = _metrics.Factory.CreateSinkMeter();
        meter.Observe<long>(
            new MetricDefinition("test.mails", MetricKind.Counter, null, "Mails, \"all\" of them\nby C:\\ path.", "domain"),
            () => [7L.With("domain", "gmail.com"), 1L.With("domain", "a\"b\\c\nd")]);
        meter.ObserveOne(new MetricDefinition("test.received", MetricKind.Counter, "By", "Octets."), () => long.MaxValue);
        meter.Observe<double>(new MetricDefinition("test.level", MetricKind.Gauge, null, "Level.", "kind"), () =>
        [
            new(0.1, new KeyValuePair<string, object?>("kind", "fraction")),
            new(double.PositiveInfinity, new KeyValuePair<string, object?>("kind", "inf")),
            new(double.NegativeInfinity, new KeyValuePair<string, object?>("kind", "-inf")),
            new(double.NaN, new KeyValuePair<string, object?>("kind", "nan")),
        ]);
        meter.Observe<long>(new MetricDefinition("test.build.info", MetricKind.Info, null, "Build.", "version", "os"), () =>
            [new(1, new KeyValuePair<string, object?>("version", "1.0"), new KeyValuePair<string, object?>("os", "linux"))]);
        var histogram = meter.CreateHistogram(new MetricDefinition("test.time", MetricKind.Histogram, "s", "Time."), [0.5, 1, 10]);
        foreach (var seconds in new[] { 0.25, 0.5, 0.75, 4, 100, double.NaN })
        {
            histogram.Record(seconds);
        }
    }

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void Prometheus_text() => _metrics.Text().ShouldBe(
        """
        # HELP test_mails_total Mails, "all" of them\nby C:\\ path.
        # TYPE test_mails_total counter
        test_mails_total{domain="gmail.com"} 7
        test_mails_total{domain="a\"b\\c\nd"} 1
        # HELP test_received_bytes_total Octets.
        # TYPE test_received_bytes_total counter
        test_received_bytes_total 9223372036854775807
        # HELP test_level Level.
        # TYPE test_level gauge
        test_level{kind="fraction"} 0.1
        test_level{kind="inf"} +Inf
        test_level{kind="-inf"} -Inf
        test_level{kind="nan"} NaN
        # HELP test_build_info Build.
        # TYPE test_build_info gauge
        test_build_info{version="1.0",os="linux"} 1
        # HELP test_time_seconds Time.
        # TYPE test_time_seconds histogram
        test_time_seconds_bucket{le="0.5"} 2
        test_time_seconds_bucket{le="1"} 3
        test_time_seconds_bucket{le="10"} 4
        test_time_seconds_bucket{le="+Inf"} 5
        test_time_seconds_sum 105.5
        test_time_seconds_count 5

        """);

    [Fact]
    public void OpenMetrics() => _metrics.Text(ExpositionFormat.OpenMetrics).ShouldBe(
        """
        # HELP test_mails Mails, \"all\" of them\nby C:\\ path.
        # TYPE test_mails counter
        test_mails_total{domain="gmail.com"} 7
        test_mails_total{domain="a\"b\\c\nd"} 1
        # HELP test_received_bytes Octets.
        # TYPE test_received_bytes counter
        # UNIT test_received_bytes bytes
        test_received_bytes_total 9223372036854775807
        # HELP test_level Level.
        # TYPE test_level gauge
        test_level{kind="fraction"} 0.1
        test_level{kind="inf"} +Inf
        test_level{kind="-inf"} -Inf
        test_level{kind="nan"} NaN
        # HELP test_build Build.
        # TYPE test_build info
        test_build_info{version="1.0",os="linux"} 1
        # HELP test_time_seconds Time.
        # TYPE test_time_seconds histogram
        # UNIT test_time_seconds seconds
        test_time_seconds_bucket{le="0.5"} 2
        test_time_seconds_bucket{le="1.0"} 3
        test_time_seconds_bucket{le="10.0"} 4
        test_time_seconds_bucket{le="+Inf"} 5
        test_time_seconds_sum 105.5
        test_time_seconds_count 5
        # EOF

        """);

    [Fact]
    public void Another_factorys_meters_are_not_shown()
    {
        using var other = new MetricsFixture();
        other.Factory.CreateSinkMeter().ObserveOne(new MetricDefinition("test.stranger", MetricKind.Gauge, null, "No."), () => 1L);
        _metrics.Text().ShouldNotContain("stranger");
        other.Text().ShouldContain("test_stranger 1");
    }

    [Fact]
    public void Any_other_exporter_sees_the_same_instruments()
    {
        var seen = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, _metrics.Factory))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen.Add($"{instrument.Name} {value}"));
        listener.Start();
        listener.RecordObservableInstruments();
        seen.ShouldBe(["test.mails 7", "test.mails 1", "test.received 9223372036854775807", "test.build.info 1"]);
    }
}
