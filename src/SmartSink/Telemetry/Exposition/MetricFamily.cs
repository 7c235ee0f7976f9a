using System.Diagnostics.Metrics;

namespace SmartSink.Telemetry.Exposition;

/// <summary>An instrument as it is shown: names and texts made once.</summary>
internal sealed class MetricFamily
{
    private const string InfoSuffix = "_info";

    public MetricFamily(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        var isCounter = type == typeof(ObservableCounter<>);
        var isHistogram = type == typeof(Histogram<>);
        Name = MetricName.Family(instrument.Name, instrument.Unit);
        SampleName = MetricName.Expose(instrument.Name, instrument.Unit, isCounter);
        Unit = MetricName.UnitWord(instrument.Unit);
        Help = instrument.Description ?? string.Empty;
        IsInfo = !isCounter && !isHistogram && Name.EndsWith(InfoSuffix, StringComparison.Ordinal);
        Type = (isCounter, isHistogram) switch
        {
            (true, _) => "counter",
            (_, true) => "histogram",
            _ => "gauge",
        };
        Histogram = instrument is Histogram<double> histogram ? new HistogramAggregate(histogram.Advice?.HistogramBucketBoundaries ?? []) : null;
    }

    /// <summary>The family's name in OpenMetrics; in the text format counters carry <c>_total</c> here too.</summary>
    public string Name { get; }

    /// <summary>The name of its samples; a histogram's get further endings.</summary>
    public string SampleName { get; }

    /// <summary>The unit as a word; null for none.</summary>
    public string? Unit { get; }

    /// <summary>The description.</summary>
    public string Help { get; }

    /// <summary>counter, gauge or histogram.</summary>
    public string Type { get; }

    /// <summary>Whether OpenMetrics calls it an info.</summary>
    public bool IsInfo { get; }

    /// <summary>The observations so far; null unless it is a histogram.</summary>
    public HistogramAggregate? Histogram { get; }

    /// <summary>The name in the lines of metadata.</summary>
    public string NameIn(ExpositionFormat format) => (format, IsInfo) switch
    {
        (ExpositionFormat.PrometheusText, _) => SampleName,
        (_, true) => Name[..^InfoSuffix.Length],
        _ => Name,
    };

    /// <summary>The type's word.</summary>
    public string TypeIn(ExpositionFormat format) => IsInfo && format == ExpositionFormat.OpenMetrics ? "info" : Type;
}
