using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using SmartSink.Behaviour;
using SmartSink.Settings;
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

        """;

    private const string ApiIndex =
        """
        /api/v1/policy       the policy in force, by entry
        /api/v1/explain      what becomes of mail to an address: ?recipient=…, also &client=…, &sender=…, &user=… and &destination=…
        /openapi/v1.json     all calls of the control API; docs/api.md shows them by example

        """;

    /// <summary>For texts that are for people: quotes and letters stay as they are. The body is JSON and never part of a web page.</summary>
    public static readonly HttpJson Json = new(new JsonSerializerOptions(HttpJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    // Health checkers use either.
    public static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds a page that can only be read.</summary>
    public static IEndpointConventionBuilder MapRead(this IEndpointRouteBuilder routes, string pattern, RequestDelegate answer) =>
        routes.MapMethods(pattern, ReadMethods, answer);

    public static void MapIndex(this IEndpointRouteBuilder routes) => routes.MapRead("/", AnswerIndexAsync);

    /// <summary>Answers with the names of the pages, as text.</summary>
    public static Task AnswerIndexAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(context.RequestServices.GetRequiredService<SinkSettings>().Api ? Index + ApiIndex : Index, context.RequestAborted);
    }

    /// <summary>Gives every refusal of what follows a body: problem details (RFC 9457).</summary>
    public static void UseProblemAnswers(this IApplicationBuilder app) =>
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
            {
                await context.RefuseAsync(exception.StatusCode, exception.Message);
                return;
            }

            var response = context.Response;
            if (response.StatusCode >= StatusCodes.Status400BadRequest && !response.HasStarted && response.ContentType is null)
            {
                await context.RefuseAsync(response.StatusCode, detail: null);
            }
        });

    /// <summary>Answers with problem details.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">From 400 on.</param>
    /// <param name="detail">What is wrong and what to do, in a sentence for people; null when the status says it.</param>
    /// <param name="errors">What is wrong where; null for none.</param>
    public static async Task RefuseAsync(this HttpContext context, int status, string? detail, IReadOnlyList<ProblemError>? errors = null)
    {
        context.Response.StatusCode = status;
        var problem = new ProblemReport("about:blank", ReasonPhrases.GetReasonPhrase(status), status) { Detail = detail, Errors = errors };
        await context.Response.WriteAsJsonAsync(problem, Json.ProblemReport, "application/problem+json", context.RequestAborted);
    }
}

/// <summary>Problem details (RFC 9457).</summary>
internal sealed record ProblemReport(string Type, string Title, int Status)
{
    /// <summary>What is wrong and what to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>What is wrong where.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProblemError>? Errors { get; init; }
}

/// <summary>One mistake of a request.</summary>
internal sealed record ProblemError
{
    /// <summary>Where in the body it is (RFC 6901); null for one of the query.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Pointer { get; init; }

    /// <summary>The query's parameter; null for one of the body.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Parameter { get; init; }

    /// <summary>Of a text in the body, the line, from 1; null where none is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Line { get; init; }

    /// <summary>Likewise the column.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Column { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Detail { get; init; }
}

/// <summary>How bodies become JSON, generated at build time: the first answer comes as fast as the later ones.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ReadinessReport))]
[JsonSerializable(typeof(SenderRecall))]
[JsonSerializable(typeof(ProblemReport))]
internal sealed partial class HttpJson : JsonSerializerContext;
