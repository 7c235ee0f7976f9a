using Microsoft.Net.Http.Headers;
using Prometheus;
using SmartSink.Telemetry;

namespace SmartSink.Http;

/// <summary>/metrics, as Prometheus text or OpenMetrics.</summary>
internal static class MetricsEndpoint
{
    private const string OpenMetrics = "application/openmetrics-text";
    private const string Text = "text/plain";

    /// <summary>What is written at once: a reader is given the time for so much, and not for a whole page.</summary>
    private const int BlockSize = 16 * 1024;

    public static void MapMetrics(this IEndpointRouteBuilder routes, SinkMetrics metrics)
    {
        var usualLength = 0;
        routes.MapRead("/metrics", async context =>
        {
            var response = context.Response;
            var format = Choose(context.Request.Headers.Accept);

            // A page is made whole before it is sent: whoever reads slowly keeps nobody else from the next one.
            using var page = new MemoryStream(usualLength + BlockSize);
            await metrics.WriteAsync(page, format, context.RequestAborted);
            response.ContentType = format == ExpositionFormat.OpenMetricsText
                ? OpenMetrics + "; version=1.0.0; charset=utf-8"
                : Text + "; version=0.0.4; charset=utf-8";
            response.ContentLength = page.Length;
            response.Headers.Vary = "Accept";
            usualLength = (int)page.Length;
            for (var rest = page.GetBuffer().AsMemory(0, (int)page.Length); rest.Length > 0; rest = rest[Math.Min(rest.Length, BlockSize)..])
            {
                await response.Body.WriteAsync(rest[..Math.Min(rest.Length, BlockSize)], context.RequestAborted);
            }
        });
    }

    /// <summary>OpenMetrics when the header names it and likes it at least as much as plain text, else the Prometheus text format.</summary>
    public static ExpositionFormat Choose(IList<string> accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out var types))
        {
            return ExpositionFormat.PrometheusText;
        }

        var openMetrics = types.Where(type => type.MediaType == OpenMetrics && IsKnownVersion(type)).Select(Quality).DefaultIfEmpty().Max();
        var text = types.Where(type => type.MediaType == Text).Select(Quality).DefaultIfEmpty().Max();
        return openMetrics > 0 && openMetrics >= text ? ExpositionFormat.OpenMetricsText : ExpositionFormat.PrometheusText;
    }

    private static double Quality(MediaTypeHeaderValue type) => type.Quality ?? 1;

    private static bool IsKnownVersion(MediaTypeHeaderValue type)
    {
        var version = type.Parameters.FirstOrDefault(parameter => parameter.Name == "version")?.GetUnescapedValue().Value;
        return version is null or "0.0.1" or "1.0.0";
    }
}
