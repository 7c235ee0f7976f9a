using SmartSink.Telemetry.Exposition;

namespace SmartSink.Http;

/// <summary>/metrics.</summary>
internal static class MetricsEndpoint
{
    /// <summary>Adds it.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder routes, MetricsCollector collector) =>
        routes.MapRead("/metrics", async context =>
        {
            var format = ContentNegotiation.Choose(context.Request.Headers.Accept);
            context.Response.ContentType = ContentNegotiation.ContentType(format);
            context.Response.Headers.Vary = "Accept";
            collector.WriteTo(context.Response.BodyWriter, format);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        });
}
