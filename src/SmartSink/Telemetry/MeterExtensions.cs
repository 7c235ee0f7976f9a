using System.Diagnostics.Metrics;

namespace SmartSink.Telemetry;

/// <summary>Makes instruments from definitions.</summary>
internal static class MeterExtensions
{
    /// <summary>The sink's meter.</summary>
    public static Meter CreateSinkMeter(this IMeterFactory factory) => factory.Create(MetricCatalog.MeterName);

    /// <summary>An instrument whose one value is read when asked for.</summary>
    public static void ObserveOne<T>(this Meter meter, MetricDefinition definition, Func<T> read)
        where T : struct =>
        meter.Observe<T>(definition, () => [new Measurement<T>(read())]);

    /// <summary>An instrument whose values, each with its labels, are read when asked for.</summary>
    public static void Observe<T>(this Meter meter, MetricDefinition definition, Func<IEnumerable<Measurement<T>>> read)
        where T : struct
    {
        if (definition.Kind == MetricKind.Counter)
        {
            meter.CreateObservableCounter(definition.Name, read, definition.Unit, definition.Help);
        }
        else
        {
            meter.CreateObservableGauge(definition.Name, read, definition.Unit, definition.Help);
        }
    }

    /// <summary>A histogram with given upper bounds, in the definition's unit.</summary>
    public static Histogram<double> CreateHistogram(this Meter meter, MetricDefinition definition, IReadOnlyList<double> bounds) =>
        meter.CreateHistogram(definition.Name, definition.Unit, definition.Help, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    /// <summary>One value with one label.</summary>
    public static Measurement<long> With(this long value, string label, string text) => value.With((label, text));

    /// <summary>One value with its labels.</summary>
    public static Measurement<long> With(this long value, params (string Label, string Text)[] labels) =>
        new(value, labels.Select(label => new KeyValuePair<string, object?>(label.Label, label.Text)));
}
