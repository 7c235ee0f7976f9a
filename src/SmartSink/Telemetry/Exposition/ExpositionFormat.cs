namespace SmartSink.Telemetry.Exposition;

/// <summary>The forms in which metrics can be read.</summary>
internal enum ExpositionFormat
{
    /// <summary>Prometheus text format 0.0.4.</summary>
    PrometheusText,

    /// <summary>OpenMetrics 1.0.</summary>
    OpenMetrics,
}
