using System.Net;
using SmartSink.Behaviour;
using SmartSink.Smtp.Replies;

namespace SmartSink.Http.Api;

/// <summary>What the policy says, and what comes of it.</summary>
internal static class PolicyApi
{
    public static void MapPolicyApi(this IEndpointRouteBuilder api, BehaviourFilters behaviour, Func<Moment> clock) =>
        api.MapRead("/explain", context => ExplainAsync(context, behaviour, clock));

    private static async Task ExplainAsync(HttpContext context, BehaviourFilters behaviour, Func<Moment> clock)
    {
        var query = context.Request.Query;
        if (!IPAddress.TryParse(query["client"], out var client)
            || behaviour.Recall(query["recipient"].ToString(), client, query["sender"].ToString(), query["user"].ToString(), clock()) is not { } recall)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        await context.Response.WriteAsJsonAsync(recall, HttpJson.Default.SenderRecall, cancellationToken: context.RequestAborted);
        await context.Response.WriteAsync("\n", context.RequestAborted);
    }
}
