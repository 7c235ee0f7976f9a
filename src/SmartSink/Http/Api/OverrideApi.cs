using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using SmartSink.Behaviour;
using SmartSink.Behaviour.Rules;
using SmartSink.Scenarios;
using SmartSink.Smtp.Replies;

namespace SmartSink.Http.Api;

/// <summary>/overrides: what goes before the policy's files for a while.</summary>
internal static class OverrideApi
{
    private const string Path = "/overrides";

    /// <summary>Adds its calls.</summary>
    public static void MapOverrideApi(this IEndpointRouteBuilder api, BehaviourFilters behaviour, Func<Moment> clock)
    {
        // With the context alone it would count as a delegate that writes its answer itself.
        api.MapPost(Path, (HttpContext context, CancellationToken _) => AddAsync(context, behaviour, clock))
            .Describe("addOverride", "Adds an override, which takes precedence over the policy until it ends")
            .TakesBody<OverrideText>("application/json").Refuses(StatusCodes.Status409Conflict);
        api.MapMethods(Path, SinkPages.ReadMethods, (HttpContext context) => List(context, behaviour.Overrides, clock()))
            .Describe("listOverrides", "The overrides in force, in the order in which they are considered: newest first");
        api.MapMethods(Path + "/{id}", SinkPages.ReadMethods, (HttpContext context, string id) => Find(context, behaviour.Overrides, id, clock()))
            .Describe("getOverride", "One override in force").Refuses(StatusCodes.Status404NotFound);
        api.MapDelete(Path + "/{id}", (HttpContext context, string id) => Remove(context, behaviour.Overrides, id, clock()))
            .Describe("removeOverride", "Removes an override").Refuses(StatusCodes.Status404NotFound);
        api.MapDelete(Path, (HttpContext context) => Clear(context, behaviour.Overrides, clock()))
            .Describe("clearOverrides", "Removes all overrides");
    }

    private static async Task<Results<Created<OverrideReport>, ApiProblem>> AddAsync(HttpContext context, BehaviourFilters behaviour, Func<Moment> clock)
    {
        var (body, refusal) = await ApiBody.ReadAsync(context, new ApiQuery(context));
        if (refusal is not null)
        {
            return refusal;
        }

        var reader = new OverrideJsonReader();
        var given = reader.Read(body);
        var result = given is null ? new OverrideResult(null, reader.Problems) : behaviour.AddOverride(given, reader.Problems, clock());
        if (result.Added is { } added)
        {
            return TypedResults.Created($"{ApiRoutes.Root}{Path}/{added.Id}", OverrideReport.Of(added));
        }

        return result.Problems.Count > 0
            ? new ApiProblem(
                StatusCodes.Status400BadRequest,
                "The override has mistakes, and nothing was changed",
                [.. result.Problems.Select(problem => new ProblemError { Pointer = problem.Pointer, Detail = problem.Detail })])
            : new ApiProblem(
                StatusCodes.Status409Conflict,
                string.Create(CultureInfo.InvariantCulture, $"There are {OverrideBook.Most:N0} overrides, which is the limit: remove some, or wait until some have ended"));
    }

    private static Results<Ok<OverrideList>, ApiProblem> List(HttpContext context, OverrideBook overrides, in Moment now) => new ApiQuery(context).Problem is { } problem
        ? problem
        : TypedResults.Ok(new OverrideList([.. overrides.List(now).Select(OverrideReport.Of)]));

    private static Results<Ok<OverrideReport>, ApiProblem> Find(HttpContext context, OverrideBook overrides, string id, in Moment now) => new ApiQuery(context).Problem is { } problem ? problem
        : overrides.Find(id, now) is { } found ? TypedResults.Ok(OverrideReport.Of(found))
        : Unknown();

    private static Results<NoContent, ApiProblem> Remove(HttpContext context, OverrideBook overrides, string id, in Moment now) => new ApiQuery(context).Problem is { } problem ? problem
        : overrides.Remove(id, now) ? TypedResults.NoContent()
        : Unknown();

    // A query that is not understood may have meant only some of them.
    private static Results<Ok<OverridesRemoved>, ApiProblem> Clear(HttpContext context, OverrideBook overrides, in Moment now) => new ApiQuery(context).Problem is { } problem
        ? problem
        : TypedResults.Ok(new OverridesRemoved(overrides.Clear(now)));

    private static ApiProblem Unknown() => new(StatusCodes.Status404NotFound, "There is no such override: it has ended, or was removed");
}

/// <summary>An override in force.</summary>
/// <param name="Id">By which it can be taken back.</param>
/// <param name="Name">As it was given, or else what it does.</param>
/// <param name="Match">Whom it meets, as it was given.</param>
/// <param name="Do">What it does, as it was given.</param>
/// <param name="Share">Percent of those that it meets.</param>
/// <param name="Times">How often it acts before it ends; null for as long as it lasts.</param>
/// <param name="Acted">How often it has acted.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="LeftSeconds">How long that is from now on.</param>
internal sealed record OverrideReport(
    string Id, string Name, OverrideMatch Match, OverrideAction Do, double Share, long? Times, long Acted, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, double LeftSeconds)
{
    public static OverrideReport Of(Override rule) => new(
        rule.Id,
        rule.Name,
        rule.Given.Match,
        rule.Given.Do,
        rule.Given.Share ?? 100,
        rule.Given.Times,
        rule.Acted,
        rule.CreatedAt.ToUniversalTime(),
        rule.ExpiresAt.ToUniversalTime(),
        rule.Left.TotalSeconds);
}

/// <summary>The overrides in force.</summary>
/// <param name="Overrides">The newest first.</param>
internal sealed record OverrideList(IReadOnlyList<OverrideReport> Overrides);

/// <summary>What was taken back.</summary>
/// <param name="Removed">How many there were.</param>
internal sealed record OverridesRemoved(int Removed);

/// <summary>How overrides become JSON, here and on the command line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(OverrideText))]
[JsonSerializable(typeof(OverrideReport))]
[JsonSerializable(typeof(OverrideList))]
[JsonSerializable(typeof(OverridesRemoved))]
internal sealed partial class OverrideJson : JsonSerializerContext;
