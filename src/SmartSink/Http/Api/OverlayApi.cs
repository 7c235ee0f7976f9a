using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using SmartSink.Scenarios;
using SmartSink.Smtp.Replies;

namespace SmartSink.Http.Api;

/// <summary>/policy/overlay: a piece of policy over the files for a while.</summary>
internal static class OverlayApi
{
    /// <summary>Below the API's root.</summary>
    public const string Path = "/policy/overlay";

    /// <summary>Adds its calls.</summary>
    public static void MapOverlayApi(this IEndpointRouteBuilder api, OverlayKeeper overlays, Func<Moment> clock)
    {
        // With the context alone it would count as a delegate that writes its answer itself.
        api.MapPost(Path, (HttpContext context, CancellationToken _) => BeginAsync(context, overlays, clock))
            .Describe("beginOverlay", "Temporarily applies a piece of policy over the files")
            .TakesBody<OverlayText>("application/json").Refuses(StatusCodes.Status409Conflict);
        api.MapMethods(Path, SinkPages.ReadMethods, (HttpContext context) => Show(context, overlays, clock()))
            .Describe("overlay", "The overlay in force").Refuses(StatusCodes.Status404NotFound);
        api.MapDelete(Path, (HttpContext context) => TakeBack(context, overlays))
            .Describe("removeOverlay", "Removes the overlay").Refuses(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Created<OverlayReport>, ApiProblem>> BeginAsync(HttpContext context, OverlayKeeper overlays, Func<Moment> clock)
    {
        var (body, refusal) = await ApiBody.ReadAsync(context, new ApiQuery(context));
        if (refusal is not null)
        {
            return refusal;
        }

        var reader = new OverrideJsonReader();
        var given = reader.ReadOverlay(body);
        List<OverlayProblem> problems = [.. reader.Problems.Select(problem => new OverlayProblem(problem.Pointer, problem.Detail))];
        var (holds, hasBegun) = given is null ? (null, false) : overlays.Begin(given, problems);
        if (hasBegun)
        {
            return TypedResults.Created(ApiRoutes.Root + Path, OverlayReport.Of(holds!, clock()));
        }

        return problems.Count > 0
            ? new ApiProblem(
                StatusCodes.Status400BadRequest,
                "The overlay has mistakes, and nothing was changed",
                [.. problems.Select(problem => new ProblemError { Pointer = problem.Pointer, Line = problem.Line, Column = problem.Column, Detail = problem.Detail })])
            : new ApiProblem(
                StatusCodes.Status409Conflict,
                string.Create(CultureInfo.InvariantCulture, $"The overlay \"{holds!.Policy.Name}\" is in force until {holds.EndsAt.Utc:HH:mm:ss} UTC, and only one is allowed at a time: wait, or remove it with DELETE {ApiRoutes.Root}{Path}"));
    }

    private static Results<Ok<OverlayReport>, ApiProblem> Show(HttpContext context, OverlayKeeper overlays, in Moment now) => new ApiQuery(context).Problem is { } problem ? problem
        : overlays.Current is { } overlay ? TypedResults.Ok(OverlayReport.Of(overlay, now))
        : None();

    private static Results<NoContent, ApiProblem> TakeBack(HttpContext context, OverlayKeeper overlays) => new ApiQuery(context).Problem is { } problem ? problem
        : overlays.TakeBack() ? TypedResults.NoContent()
        : None();

    private static ApiProblem None() => new(StatusCodes.Status404NotFound, "There is no overlay: it has ended, or was removed");
}

/// <summary>The overlay that holds.</summary>
/// <param name="Name">What log and events call it.</param>
/// <param name="Policy">As it was given.</param>
/// <param name="TlsFaults">Likewise.</param>
/// <param name="BeganAt">When it began.</param>
/// <param name="EndsAt">When it ends.</param>
/// <param name="LeftSeconds">How long that is from now on.</param>
/// <param name="Warnings">What is doubtful in the policy.</param>
internal sealed record OverlayReport(
    string Name, string? Policy, string? TlsFaults, DateTimeOffset BeganAt, DateTimeOffset EndsAt, double LeftSeconds, IReadOnlyList<DiagnosticReport> Warnings)
{
    public static OverlayReport Of(Overlay overlay, in Moment now) => new(
        overlay.Policy.Name,
        overlay.Given.Policy,
        overlay.Given.TlsFaults,
        overlay.Policy.Began.Utc.ToUniversalTime(),
        overlay.EndsAt.Utc.ToUniversalTime(),
        Math.Max(0, overlay.EndsAt.Milliseconds - now.Milliseconds) / 1000.0,
        [.. overlay.Warnings.Select(DiagnosticReport.Of)]);
}

/// <summary>How overlays become JSON, here and on the command line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(OverlayText))]
[JsonSerializable(typeof(OverlayReport))]
internal sealed partial class OverlayJson : JsonSerializerContext;
