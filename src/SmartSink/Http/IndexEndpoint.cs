namespace SmartSink.Http;

/// <summary>The page at /: what there is to see.</summary>
internal static class IndexEndpoint
{
    private static readonly string Page =
        $"""
        SmartSink {ProductVersion.Text}: a mail sink that answers like the internet.

        /metrics  counters, for Prometheus or a person
        /livez    whether the process lives
        /readyz   whether mail is answered, by which policy, and what became of its last change

        """;

    /// <summary>Adds it.</summary>
    public static void MapIndex(this IEndpointRouteBuilder routes) =>
        routes.MapRead("/", context =>
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync(Page, context.RequestAborted);
        });
}
