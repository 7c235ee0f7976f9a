using System.Buffers;
using System.Diagnostics.Metrics;

namespace SmartSink.Telemetry.Exposition;

/// <summary>
/// Listens to the sink's instruments as any exporter would, and writes them out on demand. Histograms are summed up from the moment
/// it is made, so it is made before the first connection.
/// </summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<MetricFamily> _histograms = [];
    private readonly Lock _scrape = new();
    private ExpositionWriter? _writer;

    /// <summary>Starts to listen.</summary>
    /// <param name="factory">The factory whose meters are meant: a process may hold several sinks, as in tests.</param>
    public MetricsCollector(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory) && instrument.Meter.Name == MetricCatalog.MeterName)
            {
                Enable(instrument, listener);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, labels, family) => _writer!.WriteSample((MetricFamily)family!, value, labels));
        _listener.SetMeasurementEventCallback<double>((_, value, labels, family) => Take((MetricFamily)family!, value, labels));
        _listener.Start();
    }

    /// <summary>Writes all metrics as they stand.</summary>
    public void WriteTo(IBufferWriter<byte> output, ExpositionFormat format)
    {
        lock (_scrape)
        {
            var writer = _writer = new ExpositionWriter(output, format);
            try
            {
                _listener.RecordObservableInstruments();
            }
            finally
            {
                _writer = null;
            }

            foreach (var family in _histograms)
            {
                writer.WriteHistogram(family, family.Histogram!);
            }

            writer.End();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Enable(Instrument instrument, MeterListener listener)
    {
        var family = new MetricFamily(instrument);
        if (family.Histogram is not null)
        {
            lock (_scrape)
            {
                _histograms.Add(family);
            }
        }

        listener.EnableMeasurementEvents(instrument, family);
    }

    private void Take(MetricFamily family, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (family.Histogram is not null)
        {
            family.Histogram.Record(value);
        }
        else
        {
            _writer!.WriteSample(family, value, labels);
        }
    }
}
