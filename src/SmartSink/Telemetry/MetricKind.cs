namespace SmartSink.Telemetry;

/// <summary>What a metric's value means.</summary>
internal enum MetricKind
{
    /// <summary>A sum that only grows.</summary>
    Counter,

    /// <summary>A value that goes up and down.</summary>
    Gauge,

    /// <summary>Always 1; the labels are the news.</summary>
    Info,

    /// <summary>Counts of observations by upper bounds.</summary>
    Histogram,
}
