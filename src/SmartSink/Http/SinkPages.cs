using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using SmartSink.Behaviour;
using SmartSink.Shared;

namespace SmartSink.Http;

/// <summary>What the pages share: the index, which names them, and how they refuse.</summary>
internal static class SinkPages
{
    private static readonly string Index =
        $"""
        SmartSink {ProductVersion.Text}: a mail sink that answers like the internet.

        /metrics  counters, for Prometheus or a person
        /livez    whether the process is alive
        /readyz   whether it answers mail, with which policy, and how the last reload went
        /explain  what a provider remembers of a client: ?recipient=…&client=…, also &sender=… and &user=…

        """;

    // Health checkers use either.
    private static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds a page that can only be read.</summary>
    public static void MapRead(this IEndpointRouteBuilder routes, string pattern, RequestDelegate answer) =>
        routes.MapMethods(pattern, ReadMethods, answer);

    public static void MapIndex(this IEndpointRouteBuilder routes) =>
        routes.MapRead("/", context =>
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync(Index, context.RequestAborted);
        });

    /// <summary>Gives every refusal of what follows a body: problem details (RFC 9457).</summary>
    public static void UseProblemAnswers(this IApplicationBuilder app) =>
        app.Use(async (context, next) =>
        {
            await next(context);
            var response = context.Response;
            if (response.StatusCode >= StatusCodes.Status400BadRequest && !response.HasStarted && response.ContentType is null)
            {
                var problem = new ProblemReport("about:blank", ReasonPhrases.GetReasonPhrase(response.StatusCode), response.StatusCode);
                await response.WriteAsJsonAsync(problem, HttpJson.Default.ProblemReport, "application/problem+json", context.RequestAborted);
            }
        });
}

/// <summary>Problem details (RFC 9457).</summary>
internal sealed record ProblemReport(string Type, string Title, int Status);

/// <summary>How bodies become JSON, generated at build time: the first answer comes as fast as the later ones.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ReadinessReport))]
[JsonSerializable(typeof(SenderRecall))]
[JsonSerializable(typeof(ProblemReport))]
internal sealed partial class HttpJson : JsonSerializerContext;
