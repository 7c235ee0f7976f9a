using Microsoft.Net.Http.Headers;

namespace SmartSink.Telemetry.Exposition;

/// <summary>Finds the form that a reader of metrics prefers.</summary>
internal static class ContentNegotiation
{
    private const string OpenMetricsType = "application/openmetrics-text";

    /// <summary>OpenMetrics when the header names it and likes it at least as much as plain text, else the Prometheus text format.</summary>
    public static ExpositionFormat Choose(IList<string> accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out var types))
        {
            return ExpositionFormat.PrometheusText;
        }

        var openMetrics = types.Where(type => type.MediaType == OpenMetricsType && IsKnownVersion(type)).Select(Quality).DefaultIfEmpty().Max();
        var text = types.Where(type => type.MediaType == "text/plain").Select(Quality).DefaultIfEmpty().Max();
        return openMetrics > 0 && openMetrics >= text ? ExpositionFormat.OpenMetrics : ExpositionFormat.PrometheusText;
    }

    /// <summary>The header of the answer.</summary>
    public static string ContentType(ExpositionFormat format) => format == ExpositionFormat.OpenMetrics
        ? OpenMetricsType + "; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    private static double Quality(MediaTypeHeaderValue type) => type.Quality ?? 1;

    private static bool IsKnownVersion(MediaTypeHeaderValue type)
    {
        var version = type.Parameters.FirstOrDefault(parameter => parameter.Name == "version")?.GetUnescapedValue().Value;
        return version is null or "0.0.1" or "1.0.0";
    }
}
